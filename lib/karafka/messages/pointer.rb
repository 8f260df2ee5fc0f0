# frozen_string_literal: true

module Karafka
  module Messages
    # JSON pointers (RFC 6901) into values that are built already.
    module Pointer
      # Index of an element: no sign, no leading zero.
      INDEX = /\A(?:0|[1-9]\d*)\z/

      class << self
        # @param value [Object] Hashes with String keys, Arrays, and what they hold
        # @param pointer [String]
        # @return [Object, nil] nil where nothing is
        # @raise [ArgumentError] for what is no pointer
        def read(value, pointer)
          Native::Documents.tokens(pointer).inject(value) { |inner, token| step(inner, token) }
        end

        private

        def step(value, token)
          case value
          when Hash then value[token]
          when Array then value[Integer(token)] if INDEX.match?(token)
          end
        end
      end
    end
  end
end
