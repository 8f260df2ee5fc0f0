# frozen_string_literal: true

module WaterDrop
  module Instrumentation
    # Writes what producers do to a logger. Subscribe it yourself:
    #
    #   producer.monitor.subscribe(WaterDrop::Instrumentation::LoggerListener.new(Logger.new($stdout)))
    class LoggerListener
      # @param logger [Logger]
      # @param log_messages [Boolean] write message contents too, at level DEBUG
      def initialize(logger, log_messages: true)
        @logger = logger
        @log_messages = log_messages
      end

      # Texts of events that carry nothing but the producer.
      {
        producer_closing: "Closing producer", producer_closed: "Closed producer",
        producer_disconnecting: "Disconnecting producer", producer_disconnected: "Disconnected producer",
        producer_reloaded: "Reloaded producer", buffer_purged: "Purged the buffer",
        transaction_started: "Started transaction", transaction_committed: "Committed transaction",
        transaction_aborted: "Aborted transaction", transaction_finished: "Finished transaction"
      }.each do |event, text|
        define_method(:"on_#{event}") { |occurred| info(occurred, text) }
      end

      # @param event [Karafka::Core::Monitoring::Event]
      def on_message_produced_async(event)
        message = event[:message]
        info(event, "Message to '#{message[:topic]}' handed to the dispatch queue")
        debug(event, message)
      end

      # @param event [Karafka::Core::Monitoring::Event]
      def on_message_produced_sync(event)
        message = event[:message]
        info(event, "Sync message to '#{message[:topic]}' delivered")
        debug(event, message)
      end

      # @param event [Karafka::Core::Monitoring::Event]
      def on_messages_produced_async(event)
        info(event, "#{batch(event)} handed to the dispatch queue")
        debug(event, event[:messages])
      end

      # @param event [Karafka::Core::Monitoring::Event]
      def on_messages_produced_sync(event)
        info(event, "#{batch(event)} delivered")
        debug(event, event[:messages])
      end

      # @param event [Karafka::Core::Monitoring::Event]
      def on_message_buffered(event)
        message = event[:message]
        info(event, "Message to '#{message.is_a?(Hash) ? message[:topic] : "?"}' buffered")
        debug(event, message)
      end

      # @param event [Karafka::Core::Monitoring::Event]
      def on_messages_buffered(event)
        info(event, "#{event[:messages].size} messages buffered")
        debug(event, event[:messages])
      end

      # @param event [Karafka::Core::Monitoring::Event]
      def on_buffer_flushed_async(event)
        info(event, "#{event[:messages].size} messages flushed from the buffer asynchronously")
        debug(event, event[:messages])
      end

      # @param event [Karafka::Core::Monitoring::Event]
      def on_buffer_flushed_sync(event)
        info(event, "#{event[:messages].size} messages flushed from the buffer")
        debug(event, event[:messages])
      end

      # @param event [Karafka::Core::Monitoring::Event]
      def on_transaction_marked_as_consumed(event)
        message = event[:message]
        place = "#{message.topic}-#{message.partition}"
        info(event, "Marked offset #{message.offset} of #{place} as consumed in the transaction")
      end

      # @param event [Karafka::Core::Monitoring::Event]
      def on_error_occurred(event)
        @logger.error("[#{event[:producer_id]}] Error of type #{event[:type]}: #{event[:error]}")
      end

      private

      def batch(event)
        messages = event[:messages]
        topics = messages.map { |message| message[:topic] }.uniq.size
        "#{messages.size} messages to #{topics} topics"
      end

      def info(event, text)
        time = event.payload[:time]
        took = " took #{format("%.2f", time)} ms" if time
        @logger.info("[#{event[:producer_id]}] #{text}#{took}")
      end

      # Inspecting a large message for a logger that drops the line costs more than sending it.
      def debug(event, content)
        return if !@log_messages || (@logger.respond_to?(:debug?) && !@logger.debug?)

        @logger.debug("[#{event[:producer_id]}] #{content.inspect}")
      end
    end
  end
end
