# frozen_string_literal: true

module WaterDrop
  module Instrumentation
    # `message.acknowledged` of one message, as cheap as an object can be: a place among the native
    # reports of a batch (`ext/karafka_native`, `acknowledgement.rs`), which answers `[]`.
    class Acknowledgement < Karafka::Core::Monitoring::Event
      ID = "message.acknowledged"
      private_constant :ID

      Karafka::Native.prepare_acknowledgement(self)

      # @return [String] name of the event
      def id
        ID
      end

      # @return [Hash{Symbol => Object}]
      def payload
        @payload ||= {
          caller: producer, producer_id: producer.id, offset: self[:offset], partition: self[:partition],
          topic: self[:topic], delivery_report: self[:delivery_report], label: nil
        }
      end

      # @return [Karafka::Core::Monitoring::Event] the same without native reports
      def dup
        Karafka::Core::Monitoring::Event.new(id, payload)
      end
      alias clone dup

      private

      # What `[]` answers beyond offset, partition and topic.
      #
      # @raise [KeyError] the event carries no such key
      def detail(name)
        case name
        when :delivery_report then report
        when :producer_id then producer.id
        when :caller then producer
        when :label then nil
        else payload.fetch(name)
        end
      end

      def report
        @report ||= ::Rdkafka::Producer::DeliveryReport.new(self[:partition], self[:offset], self[:topic], 0)
      end
    end
  end
end
