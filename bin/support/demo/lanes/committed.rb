# frozen_string_literal: true

module Demo
  module Lanes
    # The committed offset of an act's group, as Kafka has it and not as the app believes.
    class Committed
      # Seconds between two questions.
      EVERY = 0.25
      private_constant :EVERY

      # @param place [Place]
      # @param group [String]
      # @param topic [String] with one partition
      def initialize(place, group, topic)
        @place = place
        @group = group
        @wanted = Rdkafka::Consumer::TopicPartitionList.new
        @wanted.add_topic(topic, [0])
      end

      # @return [Integer] 0 before the first commit
      # @raise [Place::Unreachable, Rdkafka::RdkafkaError]
      def read
        list = @place.admin.with_consumer("group.id": @group) { |reader| reader.committed(@wanted) }
        [list.to_h.values.first.first.offset.to_i, 0].max
      end

      # Asks on a thread of its own, from now on.
      #
      # @yieldparam offset [Integer]
      def follow
        @thread = Thread.new do
          loop do
            yield(read)
          rescue Place::Unreachable, Rdkafka::RdkafkaError
            # The app tells what is wrong.
          ensure
            sleep(EVERY)
          end
        end
      end

      def stop
        @thread&.kill
        @thread&.join
      end
    end
  end
end
