# frozen_string_literal: true

module Karafka
  module Connection
    # Holding, resuming and moving a client's readers of single partitions.
    module Reading
      # Holds a partition, then says so: a subscriber that raises must not keep a failed batch from being
      # held, as the next one would pass over it.
      #
      # @param topic [String]
      # @param partition [Integer]
      # @param offset [Integer, nil] where to go on; nil after what was delivered
      # @param timeout [Integer] ms, only announced: the partition's state keeps the time
      def pause(topic, partition, offset = nil, timeout = 0)
        rest(topic, partition, offset, timeout) { connection.pause(topic, partition, offset) }
      end

      # Holds a partition for a run that polling does not wait for, and says so as {#pause} does. What was
      # fetched of it is kept for the time after. On the listener thread.
      #
      # @param topic [String]
      # @param partition [Integer]
      # @param timeout [Integer] ms, only announced
      def hold(topic, partition, timeout)
        rest(topic, partition, nil, timeout) { connection.hold(topic, partition) }
      end

      # Fetches again. Told for a partition that was given away while paused, too.
      #
      # @param topic [String]
      # @param partition [Integer]
      def resume(topic, partition)
        connection.resume(topic, partition)
        @events.lag_compensation.resumed(topic, partition)
        Karafka.monitor.instrument(
          "client.resume",
          caller: self, subscription_group: @subscription_group, topic:, partition:
        )
      end

      # @return [Array<Array>] `[topic, partition]` whose pause is over; each is told once
      def expired_pauses
        connection.lift_pauses
      end

      # @return [Array<Array>] `[topic, partition]` of periodic topics whose tick is due
      def due_ticks
        connection.due_ticks
      end

      # Moves the reader; `message.offset` is resolved in place.
      #
      # @param message [Messages::Seek]
      # @raise [TypeError, Errors::InvalidTimeBasedOffsetError, Rdkafka::RdkafkaError]
      def seek(message)
        message.offset = @positions.resolve(message.topic, message.partition, message.offset)
        connection.seek(message.topic, message.partition, message.offset)
      end

      # @return [Integer] what {#seek} would go to
      def resolve(topic, partition, offset)
        @positions.resolve(topic, partition, offset)
      end

      # @return [Array<Array>] `[topic, partition]` of each that is assigned now
      def assigned_places
        connection.assignment
      end

      # @param topic [String]
      # @param partition [Integer]
      # @return [Boolean] never connects
      def assigned?(topic, partition)
        connection = @connection
        !connection.nil? && !connection.closed? && connection.assignment.include?([topic, partition])
      end

      private

      def rest(topic, partition, offset, timeout)
        return unless assigned?(topic, partition)

        @events.lag_compensation.paused(topic, partition)
        yield
        Karafka.monitor.instrument(
          "client.pause",
          caller: self, subscription_group: @subscription_group,
          topic:, partition:, offset:, timeout:
        )
      end
    end
  end
end
