# frozen_string_literal: true

module Karafka
  module Connection
    # Questions of a client to the cluster. Each waits as `internal.connection.proxy` says, with the VM
    # lock released.
    module Queries
      # @return [Rdkafka::Consumer::TopicPartitionList] what is assigned now
      def assignment
        partition_list(connection.assignment.map { |topic, partition| [topic, partition, nil, nil, nil] })
      end

      # @param tpl [Rdkafka::Consumer::TopicPartitionList, nil] nil asks for the assignment
      # @return [Rdkafka::Consumer::TopicPartitionList] with committed offsets, nil where there is none
      def committed(tpl = nil)
        asked = if tpl
                  tpl.to_h.flat_map do |topic, found|
                    found.map do |one|
                      [topic, one.partition]
                    end
                  end
                else
                  connection.assignment
                end
        partition_list(proxied(:committed) { |timeout| connection.committed(asked, timeout) })
      end

      # @param topic [String]
      # @param partition [Integer]
      # @return [Array<Integer>] low and high watermark
      def query_watermark_offsets(topic, partition)
        proxied(:query_watermark_offsets) { |timeout| connection.watermarks(topic, partition, timeout) }
      end

      private

      def proxied(call, &block)
        Proxy.new(App.config.internal.connection.proxy.public_send(call)).call(&block)
      end

      def partition_list(rows)
        Rdkafka::Consumer::TopicPartitionList.new(
          rows.group_by(&:first).transform_values do |found|
            found.map do |_, partition, offset, metadata, error|
              Rdkafka::Consumer::Partition.new(partition, offset, error ? error.rdkafka_response : 0,
                                               metadata)
            end
          end
        )
      end
    end
  end
end
