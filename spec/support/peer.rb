# frozen_string_literal: true

require "json"
require "open3"
require_relative "../../bin/support/confluent_python"

module Specs
  # Another Kafka client (confluent-kafka-python in a process of its own), so that what our code
  # wrote is not judged by our code. One a process, started at its first use.
  class Peer
    # A message that the peer read.
    class Message
      FIELDS = %i[topic partition offset payload key headers timestamp].freeze
      attr_reader(*FIELDS)

      def initialize(**fields) = fields.each { |name, value| instance_variable_set(:"@#{name}", value) }
    end

    # What the peer's client said.
    class Failed < StandardError; end

    # @param settings [Hash{String => Object}] librdkafka settings, at least "bootstrap.servers"
    def initialize(settings)
      @settings = settings
      @lock = Mutex.new
      @input, @output, @waiter = Open3.popen2(ConfluentPython.path(out: $stderr), "#{__dir__}/peer.py")
    end

    # Creates a topic and returns when all of its partitions have leaders.
    #
    # @param replicas [Array<Array<Integer>>, nil] broker ids of each partition, the preferred leader first
    # @return [String] its name
    def create_topic(name, partitions: 1, replication: 1, settings: {}, replicas: nil)
      call(:create_topic, name:, partitions:, replication:, settings:, replicas:)
    end

    # @param partitions [Integer] how many it has afterwards
    def grow_topic(name, partitions) = call(:grow_topic, name:, partitions:)

    def delete_topic(name) = call(:delete_topic, name:)

    # @param before [Integer] the offset that becomes the first one
    def delete_records(topic, partition, before) = call(:delete_records, topic:, partition:, before:)

    # Lets a principal read.
    #
    # @param principal [String] e.g. "User:app"
    # @param topic [String, nil]
    # @param group [String, nil]
    def allow(principal, topic, group) = call(:allow, principal:, topic:, group:)

    # @return [Hash{String => Integer}] partitions by topic
    def topics = call(:topics)

    # Produces and waits for every delivery.
    #
    # @param messages [Array<String, nil, Hash>] payloads, or hashes with :payload, :key, :headers,
    #   :partition, :timestamp
    # @return [Array<Array(Integer, Integer)>] partition and offset of each
    def produce(topic, messages)
      call(:produce, topic:, messages: messages.map { |message| wire(message) })
    end

    # Produces many messages, spread evenly over the partitions of a fresh topic; each payload is its own
    # offset, followed by spaces up to `size` bytes.
    def flood(topic, count:, size:) = call(:flood, topic:, count:, size:)

    # Reads a topic from its start, without a group.
    #
    # @param count [Integer] how many messages to wait for
    # @param within [Numeric] seconds to wait at most
    # @return [Array<Message>] fewer than `count` when time was over
    def read(topic, count:, within: 30, isolation: "read_committed")
      messages(call(:read, topic:, count:, within:, isolation:))
    end

    # @return [Hash{Integer => Integer}] committed offsets of a group by partition
    def committed(group, topic)
      tries ||= 0
      call(:committed, group:, topic:).transform_keys(&:to_i)
    rescue Failed => e
      # A busy broker moves its coordinators about at the start.
      raise if !e.message.match?(/NOT_COORDINATOR|COORDINATOR_LOAD/) || (tries += 1) > 5

      retry
    end

    # @param offsets [Hash{Integer => Integer}] by partition
    def commit(group, topic, offsets) = call(:commit, group:, topic:, offsets:)

    # @return [Array(Integer, Integer)] low and high watermark
    def watermarks(topic, partition = 0) = call(:watermarks, topic:, partition:)

    # Makes a group member that stays until `leave`. It polls only during `take` and `assigned`.
    #
    # @param name [String] to speak of it
    def join(name, group, *topics, settings: {})
      call(:join, name:, group:, names: topics, settings:)
    end

    # @return [Array<Message>] what the member consumed
    def take(name, count:, within: 30) = messages(call(:take, name:, count:, within:))

    # @return [Array<Array(String, Integer)>] what is assigned to the member
    def assigned(name) = call(:assigned, name:)

    def leave(name) = call(:leave, name:)

    def close
      @input.close
      return if @waiter.join(10)

      Process.kill("KILL", @waiter.pid)
      @waiter.join
    end

    private

    def call(name, **arguments)
      @lock.synchronize do
        @input.puts(JSON.generate(arguments.merge(do: name, conf: @settings)))
        @input.flush
        answer = JSON.parse(@output.gets || raise(Failed, "the peer process ended"))
        raise Failed, answer["error"] if answer.key?("error")

        answer["ok"]
      end
    end

    def wire(message)
      message = { payload: message } unless message.is_a?(Hash)
      headers = message[:headers]&.flat_map do |name, value|
        (value.is_a?(Array) ? value : [value]).map do |one|
          [name.to_s, pack(one)]
        end
      end
      message.merge(payload: pack(message[:payload]), key: pack(message[:key]), headers:)
    end

    def messages(found)
      found.map do |fields|
        headers = fields["headers"].map { |name, value| [name, unpack(value)] }
        Message.new(**fields.transform_keys(&:to_sym), payload: unpack(fields["payload"]),
                                                       key: unpack(fields["key"]), headers:)
      end
    end

    def pack(bytes) = bytes && [bytes].pack("m0")
    def unpack(text) = text&.unpack1("m0")
  end
end
