# frozen_string_literal: true

module WaterDrop
  module Instrumentation
    # Disconnects a producer that has sent nothing for a while. It connects again at its next use.
    class IdleDisconnectorListener
      include Karafka::Core::Helpers::Time

      # @param producer [Producer]
      # @param disconnect_timeout [Integer] milliseconds
      def initialize(producer, disconnect_timeout: 300_000)
        @producer = producer
        @disconnect_timeout = disconnect_timeout
        @sent = nil
        @changed_at = monotonic_now
      end

      # @param event [Karafka::Core::Monitoring::Event]
      def on_statistics_emitted(event)
        sent = event[:statistics].fetch("txmsgs", 0)
        return restart(sent) if sent != @sent
        return if monotonic_now - @changed_at < @disconnect_timeout

        restart(sent)
        # A callback cannot wait for callbacks.
        Thread.new { @producer.disconnect }
      end

      private

      def restart(sent)
        @sent = sent
        @changed_at = monotonic_now
      end
    end
  end
end
