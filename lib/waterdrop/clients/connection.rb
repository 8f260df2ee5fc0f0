# frozen_string_literal: true

module WaterDrop
  # See clients.rb.
  module Clients
    # The real client: `Karafka::Native::Producer` with the calls that a client answers to.
    module Connection
      # @param kafka [Hash{Symbol => Object}] librdkafka settings
      # @param observed [Karafka::Native::Switch] on while every report is to be handed to Ruby
      # @return [Karafka::Native::Producer]
      def self.open(kafka, observed)
        Karafka::Native::Producer.new(kafka, observed)
      end

      # Sends offsets of a consumer with the transaction.
      #
      # @param consumer [#consumer_group_metadata_pointer]
      # @param tpl [Rdkafka::Consumer::TopicPartitionList]
      # @param timeout [Numeric, nil] milliseconds
      def send_offsets_to_transaction(consumer, tpl, timeout = nil)
        rows = tpl.to_h.flat_map do |topic, partitions|
          (partitions || []).map { |one| [topic, one.partition, one.offset, one.metadata] }
        end
        send_offsets(rows, consumer.consumer_group_metadata_pointer, timeout)
      end

      # @param timeout [Numeric, nil] milliseconds
      def commit_transaction(timeout = nil)
        commit_transaction_within(timeout)
      end

      # @param timeout [Numeric, nil] milliseconds
      def abort_transaction(timeout = nil)
        abort_transaction_within(timeout)
      end

      # Fails everything that is on its way, and waits until each failure is reported.
      def purge
        purge_queue
        flush(nil)
        nil
      end

      # Destroys the client.
      #
      # @return [Array<Array>] what it had left to say, see {Polling::Callbacks#handle}
      def close
        destroy
      end
    end

    Karafka::Native::Producer.include(Connection)
  end
end
