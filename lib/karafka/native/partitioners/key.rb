# frozen_string_literal: true

module Karafka
  module Native
    module Partitioners
      # By the message key as it came. As `->(message) { message.raw_key }`.
      class Key < Base
        def initialize
          super(Extractor.message_key)
        end

        # @param message [Messages::Message]
        # @return [String, nil] binary; nil (lane 0) without a key
        def call(message)
          message.raw_key
        end
      end
    end
  end
end
