# frozen_string_literal: true

module Rdkafka
  class Producer
    # One message on its way to Kafka. Made by producers; its native part (`ext/karafka_native`,
    # `delivery_handle.rs`) learns the report without Ruby.
    class DeliveryHandle < AbstractHandle
      Karafka::Native.prepare_delivery_handle(self)

      # @return [Object, nil] what the message carried as `label`
      attr_accessor :label

      # @return [String]
      def operation_name
        "delivery"
      end

      # @param name [Symbol] `:partition`, `:offset` or `:response` (error code, 0 on success)
      # @return [Integer] -1 while the message is pending
      # @raise [ArgumentError] any other name
      def [](name)
        partition, offset, code = released_report || [-1, -1, -1]
        case name
        when :partition then partition
        when :offset then offset
        when :response then code
        when :pending then released? ? 0 : 1
        else raise ArgumentError, "a delivery handle has no field #{name.inspect}"
        end
      end

      # @return [DeliveryReport] with an `:unknown` error while the message is pending
      def create_result
        DeliveryReport.new(self[:partition], self[:offset], topic, response_error, label)
      end

      # @raise [RdkafkaError] why the delivery failed
      def raise_error
        raise response_error
      end

      # @return [String]
      def inspect
        state = pending? ? "pending" : "partition=#{self[:partition]} offset=#{self[:offset]}"
        "#<#{self.class} topic=#{topic} #{state}>"
      end

      private

      def response_error
        code = self[:response]
        RdkafkaError.new(code, broker_message:) unless code.zero?
      end
    end
  end
end
