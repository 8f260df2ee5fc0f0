# frozen_string_literal: true

module Karafka
  module Instrumentation
    class LoggerListener
      # Lines about connections, their polls and their partitions.
      module ConnectionLines
        # @param event [Core::Monitoring::Event]
        def on_connection_listener_before_fetch_loop(event)
          group = event[:subscription_group]
          topics = group.topics.select(&:active?).map(&:name).join(",")
          info("[#{event[:caller].id}] Group #{group.group_id}/#{group.id} subscribes to topics: #{topics}")
        end

        # @param event [Core::Monitoring::Event]
        def on_connection_listener_fetch_loop(event)
          debug("[#{event[:caller].id}] Polling messages...") if log_polling?
        end

        # @param event [Core::Monitoring::Event]
        def on_connection_listener_fetch_loop_received(event)
          return unless log_polling?

          count = event[:messages_buffer].size
          line = "[#{event[:caller].id}] Polled #{count} messages in #{milliseconds(event[:time])}ms"
          count.zero? ? debug(line) : info(line)
        end

        # @param event [Core::Monitoring::Event]
        def on_client_pause(event)
          offset = event[:offset] || "consecutive"
          info("[#{event[:caller].id}] Pausing on #{partition_of(event)} at offset #{offset}")
        end

        # @param event [Core::Monitoring::Event]
        def on_client_resume(event)
          info("[#{event[:caller].id}] Resuming on #{partition_of(event)}")
        end

        # @param event [Core::Monitoring::Event]
        def on_rebalance_partitions_assigned(event)
          log_rebalance(event, "assigned")
        end

        # @param event [Core::Monitoring::Event]
        def on_rebalance_partitions_revoked(event)
          log_rebalance(event, "revoked")
        end

        private

        def partition_of(event)
          "#{event[:topic]}-#{event[:partition]}"
        end

        def log_rebalance(event, outcome)
          lead = "[#{event[:client_id]}] Group #{event[:group_id]} rebalance:"
          topics = event[:tpl].to_h
          return info("#{lead} No partitions #{outcome}") if topics.empty?

          topics.each do |topic, partitions|
            info("#{lead} #{topic}-[#{partitions.map(&:partition).sort.join(",")}] #{outcome}")
          end
        end
      end
    end
  end
end
