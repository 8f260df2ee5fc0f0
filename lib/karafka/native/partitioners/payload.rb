# frozen_string_literal: true

module Karafka
  module Native
    module Partitioners
      # By all bytes of the payload. As `->(message) { message.raw_payload }`.
      class Payload < Base
        def initialize
          super(Extractor.payload)
        end

        # @param message [Messages::Message]
        # @return [String, nil] binary; nil (lane 0) for a tombstone
        def call(message)
          message.raw_payload
        end
      end
    end
  end
end
