# frozen_string_literal: true

module WaterDrop
  class Producer
    # Makes clients fatal on purpose. Include it in tests only:
    #
    #   require "waterdrop/producer/testing"
    #   producer.singleton_class.include(WaterDrop::Producer::Testing)
    module Testing
      # @param error_code [Integer] e.g. 47
      # @param reason [String]
      # @return [Integer] 0
      def trigger_test_fatal_error(error_code, reason)
        client.trigger_fatal_error(error_code, reason)
      end

      # @return [Hash{Symbol => Object}, nil] `error_code:`, `error_string:`; nil without one
      def fatal_error
        return unless @client

        code, text = client.fatal_error
        code && { error_code: code, error_string: text }
      end
    end
  end
end
