# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      module OffsetMetadata
        # Reads committed texts through the client that has the partition. A text is read once and kept
        # until the connection's next rebalance, unless the topic says otherwise. Threads: any; a reader
        # waits for the broker without holding anything.
        module Fetcher
          # A client, and the texts by topic and partition read since its last rebalance.
          Source = Struct.new(:client, :texts)
          private_constant :Source

          @sources = {}.freeze
          @changing = Mutex.new

          class << self
            # @param topic [Routing::Topic]
            # @param partition [Integer]
            # @return [Object, false] what the topic's deserializer makes of the text, nil for it being none;
            #   false without the partition
            # @raise [Rdkafka::RdkafkaError] the broker could not be asked, after retries
            def find(topic, partition)
              source = @sources[topic.subscription_group&.id]
              return false unless source && owned?(source.client, topic, partition)

              settings = topic.offset_metadata
              text = settings.cache? ? kept(source, topic, partition) : read(source.client, topic, partition)
              # It may have gone while the broker was asked.
              owned?(source.client, topic, partition) ? settings.deserializer.call(text) : false
            end

            # The client has connected.
            #
            # @param client [Connection::Client]
            def register(client)
              change { |sources| sources[client.subscription_group.id] = Source.new(client, {}) }
            end

            # The client's assignment changed: what was read belongs to the one before. Readers that are
            # under way keep theirs for themselves.
            #
            # @param client [Connection::Client]
            def clear(client)
              register(client) if @sources[client.subscription_group.id]&.client.equal?(client)
            end

            # The client has left.
            #
            # @param client [Connection::Client]
            def forget(client)
              change do |sources|
                id = client.subscription_group.id
                sources.delete(id) if sources[id]&.client.equal?(client)
              end
            end

            private

            def change
              @changing.synchronize do
                sources = @sources.dup
                yield(sources)
                @sources = sources.freeze
              end
              nil
            end

            def owned?(client, topic, partition)
              client.assigned?(topic.name, partition) && !client.assignment_lost?
            end

            # Two that ask at once both read, and read the same.
            def kept(source, topic, partition)
              key = [topic.name, partition]
              source.texts.fetch(key) { source.texts[key] = read(source.client, topic, partition) }
            end

            def read(client, topic, partition)
              asked = Rdkafka::Consumer::TopicPartitionList.new
              asked.add_topic(topic.name, [partition])
              found = client.committed(asked).to_h.fetch(topic.name).first
              raise Rdkafka::RdkafkaError, found.err unless found.err.zero?

              text = found.metadata
              text.nil? || text.empty? ? nil : text.dup.force_encoding(Encoding::UTF_8).freeze
            end
          end
        end
      end
    end
  end
end
