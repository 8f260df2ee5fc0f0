# frozen_string_literal: true

module Karafka
  class Admin
    # Commits new offsets for a group that does not run.
    class GroupSeek
      # Names of the ends of a partition.
      ENDS = { "earliest" => :earliest, "latest" => :latest, false => :earliest }.freeze
      # `RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART`
      UNKNOWN = 3
      private_constant :ENDS, :UNKNOWN

      # @param admin [Admin]
      # @param group_id [String, Symbol]
      def initialize(admin, group_id)
        @admin = admin
        @group_id = Names.text(group_id)
      end

      # @param wanted [Hash] see {Admin#seek_consumer_group}; not changed
      # @return [Boolean]
      # @raise [TypeError] a position of another kind
      def call(wanted)
        positions = expand(wanted).transform_values { |position| normalize(position) }.compact
        offsets = resolve(positions)
        return true if offsets.empty?

        @admin.with_consumer("group.id": @group_id) { |reader| reader.commit_offsets(list(offsets)) }
      end

      private

      # @return [Hash{Array(String, Integer) => Object}] the last mention of a partition counts
      def expand(wanted)
        wanted.each_with_object({}) do |(topic, position), positions|
          name = Names.text(topic)
          by_partition = position.is_a?(Hash) ? position : partitions(name).to_h { |one| [one, position] }
          by_partition.each { |partition, own| positions[[name, partition]] = own }
        end
      end

      def partitions(name)
        @admin.topic_info(name)[:partitions].map { |partition| partition[:partition_id] }
      end

      # @return [Integer, Time, Symbol, nil] nil: leave the partition alone
      def normalize(position)
        case position
        when nil then nil
        when Integer then position.negative? ? nil : position
        when ::Time then position
        else
          ENDS.fetch(position.is_a?(Symbol) ? position.to_s : position) do
            raise TypeError,
                  "position must be an Integer, a Time, earliest, latest or false, not #{position.inspect}"
          end
        end
      end

      def resolve(positions)
        ends = positions.select { |_, position| position.is_a?(Symbol) }
        times = positions.select { |_, position| position.is_a?(::Time) }
        positions.merge(times.empty? ? {} : at_times(times), ends.empty? ? {} : at_ends(ends))
      end

      # Watermarks, as messages may carry any timestamp.
      def at_ends(ends)
        marks = watermarks(ends.keys)
        ends.to_h { |(topic, one), which| [[topic, one], marks[topic][one][which == :earliest ? 0 : 1]] }
      end

      def at_times(times)
        found = @admin.with_consumer { |reader| reader.offsets_for_times(list(times)) }.to_h
        offsets = found.each_with_object({}) do |(topic, members), all|
          members.each { |one| all[[topic, one.partition]] = one.offset }
        end
        past_the_end = offsets.select { |_, offset| offset.nil? }.keys
        offsets.merge(past_the_end.empty? ? {} : high_watermarks(past_the_end))
      end

      def high_watermarks(places)
        marks = watermarks(places)
        places.to_h { |topic, one| [[topic, one], marks[topic][one].last] }
      end

      def watermarks(places)
        by_topic = places.group_by(&:first).transform_values { |own| own.map(&:last) }
        OffsetQueries.new(@admin).watermarks(by_topic)
      rescue ::Rdkafka::RdkafkaError => e
        raise unless e.code == :noent

        raise ::Rdkafka::RdkafkaError.new(UNKNOWN, "seeking group #{@group_id}")
      end

      def list(offsets)
        by_topic = offsets.group_by { |(topic, _), _| topic }
        ::Rdkafka::Consumer::TopicPartitionList.new(
          by_topic.transform_values do |members|
            members.map { |(_, one), offset| ::Rdkafka::Consumer::Partition.new(one, offset) }
          end
        )
      end
    end
  end
end
