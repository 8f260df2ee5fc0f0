# frozen_string_literal: true

module Karafka
  module Native
    module Partitioners
      # By several keys at once: their texts, joined by null bytes.
      class Several < Base
        SEPARATOR = "\0".b.freeze

        # @param parts [Array<Base>] one or more
        # @raise [ArgumentError] none, or one that is not native
        def initialize(*parts)
          unless parts.any? && parts.all? { |part| Partitioners.native?(part) }
            raise ArgumentError, "needs native partitioners, not #{parts.inspect}"
          end

          @parts = parts.freeze
          super(Extractor.several(parts.map(&:extractor)))
        end

        # @param message [Messages::Message]
        # @return [String] binary
        def call(message)
          @parts.map { |part| part.call(message).to_s.b }.join(SEPARATOR)
        end
      end
    end
  end
end
