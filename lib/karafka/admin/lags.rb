# frozen_string_literal: true

module Karafka
  class Admin
    # Committed offsets of groups and how far they are from the high watermark, open transactions
    # included.
    class Lags
      # Of a partition the group never committed.
      NEVER = -1
      private_constant :NEVER

      # @param admin [Admin]
      def initialize(admin)
        @admin = admin
      end

      # @param groups [Hash{String => Array<String>}]
      # @param active_only [Boolean]
      # @return [Hash] see {Admin#read_lags_with_offsets}
      def call(groups, active_only)
        groups = routed(active_only) if groups.empty?
        wanted = groups.reject { |_, topics| topics.empty? }
        marks = watermarks(wanted.values.flatten.map { |topic| Names.text(topic) }.uniq)
        wanted.each_with_object(unknown_as_empty) do |(group, topics), lags|
          lags[group] = of_group(group, topics, marks)
        end
      end

      private

      def unknown_as_empty
        Hash.new { |_, _| {} }
      end

      def routed(active_only)
        App.routes.to_h do |group|
          topics = group.topics.select { |topic| !active_only || topic.active? }
          [group.id, topics.reject { |topic| topic.patterns.matcher? }.map(&:name).uniq]
        end
      end

      def of_group(group, topics, marks)
        committed = committed(group, topics.map { |topic| Names.text(topic) } & marks.keys, marks)
        topics.each_with_object(unknown_as_empty) do |topic, lags|
          name = Names.text(topic)
          lags[topic] = partitions(marks[name], committed[name])
        end
      end

      # @return [Hash{String => Hash{Integer => Integer}}] of the topics that exist
      def watermarks(topics)
        existing = topics.each_with_object({}) do |name, found|
          found[name] = @admin.topic_info(name)[:partitions].map { |partition| partition[:partition_id] }
        rescue ::Rdkafka::RdkafkaError => e
          raise unless e.code == :unknown_topic_or_part
        end
        marks = OffsetQueries.new(@admin).watermarks(existing)
        marks.transform_values { |own| own.transform_values(&:last) }
      end

      def committed(group, topics, marks)
        return {} if topics.empty?

        wanted = ::Rdkafka::Consumer::TopicPartitionList.new
        topics.each { |topic| wanted.add_topic(topic, marks.fetch(topic).keys) }
        list = @admin.with_consumer("group.id": Names.text(group)) { |reader| reader.committed(wanted) }
        list.to_h.transform_values { |members| members.to_h { |one| [one.partition, one.offset] } }
      end

      def partitions(marks, committed)
        return {} unless marks

        marks.to_h do |partition, high|
          offset = committed[partition]
          [partition, offset ? { offset:, lag: high - offset } : { offset: NEVER, lag: NEVER }]
        end
      end
    end
  end
end
