# frozen_string_literal: true

module Karafka
  module Native
    module Partitioners
      # By the value of a header. As `->(message) { message.raw_headers[name] }`.
      class Header < Base
        # @param name [String, Symbol]
        def initialize(name)
          @name = name.to_s.b.freeze
          super(Extractor.header(@name))
        end

        # @param message [Messages::Message]
        # @return [String, Array<String>, nil] binary; an Array where the name is repeated, nil (lane 0)
        #   where it is missing
        def call(message)
          message.raw_headers[@name]
        end
      end
    end
  end
end
