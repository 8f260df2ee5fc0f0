# frozen_string_literal: true

module Karafka
  module Testing
    # An embedded broker: librdkafka's mock cluster, inside this process and on loopback only.
    #
    #   broker = Karafka::Testing::Broker.start(partitions: 2)
    #   broker.create_topic("orders")
    #   # config.kafka = { "bootstrap.servers": broker.bootstrap_servers }
    #   broker.stop
    #
    # It serves producers (idempotent ones too) and consumer groups. It is for demos and test
    # suites and proves nothing about Kafka: {Limits::REASONS} says what it cannot do. Whenever a
    # member joins or leaves a group that others were in, the group waits `session.timeout.ms` less
    # a second before it goes on, so set that to 2,000 and `heartbeat.interval.ms` to 500 where a
    # suite restarts consumers.
    #
    # It stops by itself when the process that started it ends; forked children may use it, only the
    # parent stops it.
    class Broker
      autoload :Limits, "karafka/testing/broker/limits"
      autoload :Registry, "karafka/testing/broker/registry"

      # Somebody asked the embedded broker for what only a real Kafka can do.
      class UnsupportedError < Karafka::Errors::UnsupportedCaseError; end

      # A topic that a client creates by using it always gets this many partitions.
      AUTO_CREATED_PARTITIONS = Native::Broker::AUTO_CREATED_PARTITIONS

      class << self
        # @param partitions [Integer] of topics made by {#create_topic}; topics that clients create
        #   by using them always get {AUTO_CREATED_PARTITIONS}
        # @param brokers [Integer] listeners, 1 to 64
        # @return [Broker] running
        # @raise [ArgumentError] a count below 1 or too large
        # @raise [Rdkafka::Config::ClientCreationError] it cannot listen
        def start(partitions: AUTO_CREATED_PARTITIONS, brokers: 1)
          unless partitions.is_a?(Integer) && partitions.positive?
            raise ArgumentError, "partitions must be an Integer of at least 1, not #{partitions.inspect}"
          end

          new(Native::Broker.start(brokers), partitions).tap { |broker| Registry.add(broker) }
        end

        # @param servers [String, nil] a `bootstrap.servers` value
        # @return [Boolean] whether one of them is an embedded broker that runs in this process or
        #   ran when this process was forked
        def embedded?(servers)
          Registry.embedded?(servers)
        end

        # For code that is about to ask for what the embedded broker cannot do.
        #
        # @param servers [String, nil] a `bootstrap.servers` value
        # @param request [Symbol] one of {Limits::REASONS}
        # @param what [String, nil] the call, for the message
        # @return [nil] if `servers` is no embedded broker
        # @raise [UnsupportedError]
        def refuse!(servers, request, what = nil)
          raise UnsupportedError, Limits.message(request, what) if embedded?(servers)
        end
      end

      # @return [String] for `bootstrap.servers`: `127.0.0.1:port`, comma-separated
      attr_reader :bootstrap_servers
      # @return [Integer] partitions of a topic made without saying how many
      attr_reader :partitions

      private_class_method :new

      # @param native [Native::Broker]
      # @param partitions [Integer]
      def initialize(native, partitions)
        @native = native
        @partitions = partitions
        @bootstrap_servers = native.bootstrap_servers.freeze
      end

      # @param name [String, Symbol]
      # @param partitions [Integer]
      # @return [nil] the topic exists now
      # @raise [Rdkafka::RdkafkaError] `:topic_already_exists`
      # @raise [ArgumentError] a name or count that Kafka would refuse, or the broker is stopped
      # @raise [Native::ForkedHandleError] called in a forked child
      def create_topic(name, partitions: @partitions)
        @native.create_topic(name.to_s, partitions)
      end

      # Closes its listeners and forgets all data. Again, or in a forked child: does nothing.
      #
      # @return [nil]
      def stop
        return unless @native.local?

        @native.stop
        Registry.remove(self)
      end

      # @return [Boolean] false in a forked child, which cannot know
      def running?
        @native.local? && @native.running?
      end

      # @return [String]
      def inspect
        "#<#{self.class} #{bootstrap_servers} #{running? ? "running" : "not running here"}>"
      end
    end
  end
end
