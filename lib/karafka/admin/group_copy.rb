# frozen_string_literal: true

module Karafka
  class Admin
    # Gives one group the offsets of another.
    class GroupCopy
      # @param admin [Admin]
      # @param from [String, Symbol]
      # @param to [String, Symbol]
      def initialize(admin, from, to)
        @admin = admin
        @from = Names.text(from)
        @to = Names.text(to)
      end

      # @param topics [Array<String, Symbol>]
      # @return [Boolean] false if none of the topics exists
      def copy(topics)
        transfer(topics) != :nothing
      end

      # @param topics [Array<String, Symbol>]
      # @param delete_previous [Boolean]
      # @return [Boolean] false if nothing could be copied, or the new group refused: the old one stays
      def rename(topics, delete_previous:)
        return false unless transfer(topics) == :done

        @admin.delete_consumer_group(@from) if delete_previous
        true
      end

      private

      # @return [Symbol] `:nothing` (no topic exists), `:refused` by the new group, `:done`
      def transfer(topics)
        existing = existing(topics)
        return :nothing if existing.empty?

        offsets = committed(existing)
        return :done if offsets.empty?

        list = ::Rdkafka::Consumer::TopicPartitionList.new(offsets)
        taken = @admin.with_consumer("group.id": @to) { |reader| reader.commit_offsets(list) }
        taken ? :done : :refused
      end

      def committed(topics)
        wanted = ::Rdkafka::Consumer::TopicPartitionList.new
        topics.each { |topic, partitions| wanted.add_topic(topic, partitions) }
        list = @admin.with_consumer("group.id": @from) { |reader| reader.committed(wanted) }
        offsets = list.to_h.transform_values { |members| members.select(&:offset) }
        offsets.reject { |_, own| own.empty? }
      end

      # @return [Hash{String => Array<Integer>}]
      def existing(topics)
        topics.map { |topic| Names.text(topic) }.uniq.each_with_object({}) do |name, found|
          found[name] = @admin.topic_info(name)[:partitions].map { |partition| partition[:partition_id] }
        rescue ::Rdkafka::RdkafkaError => e
          raise unless e.code == :unknown_topic_or_part
        end
      end
    end
  end
end
