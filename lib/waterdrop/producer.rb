# frozen_string_literal: true

module WaterDrop
  # Sends messages to Kafka. One may be shared by all threads of a process; it connects at first use.
  #
  #   producer = WaterDrop::Producer.new { |config| config.kafka = { "bootstrap.servers": "localhost:9092" } }
  #   producer.produce_sync(topic: "orders", payload: "1")
  #   producer.close
  class Producer
    autoload :Async, "waterdrop/producer/async"
    autoload :Buffer, "waterdrop/producer/buffer"
    autoload :Closing, "waterdrop/producer/closing"
    autoload :Connecting, "waterdrop/producer/connecting"
    autoload :Dispatch, "waterdrop/producer/dispatch"
    autoload :Idempotence, "waterdrop/producer/idempotence"
    autoload :Operating, "waterdrop/producer/operating"
    autoload :Registry, "waterdrop/producer/registry"
    autoload :Reloading, "waterdrop/producer/reloading"
    autoload :Status, "waterdrop/producer/status"
    autoload :Sync, "waterdrop/producer/sync"
    autoload :Testing, "waterdrop/producer/testing"
    autoload :Tombstones, "waterdrop/producer/tombstones"
    autoload :TransactionCommands, "waterdrop/producer/transaction_commands"
    autoload :Transactions, "waterdrop/producer/transactions"
    autoload :Trapped, "waterdrop/producer/trapped"
    autoload :Variant, "waterdrop/producer/variant"
    autoload :Variants, "waterdrop/producer/variants"

    # What becomes a {Errors::ProduceError}. Anything else passes as it is.
    FAILURES = [::Rdkafka::RdkafkaError, ::Rdkafka::AbstractHandle::WaitTimeoutError].freeze
    # librdkafka's own `socket.timeout.ms`, in milliseconds.
    SOCKET_TIMEOUT = 60_000
    private_constant :FAILURES, :SOCKET_TIMEOUT

    include Karafka::Core::Helpers::Time
    include Karafka::Core::Taggable
    include Operating
    include Connecting
    include Closing
    include Trapped
    include Variants
    include Dispatch
    include Async
    include Sync
    include Tombstones
    include Buffer
    include Reloading
    include Idempotence
    include TransactionCommands
    include Transactions

    # @return [String, nil] nil before {#setup}
    attr_reader :id
    # @return [Karafka::Core::Configurable::Node, nil] nil before {#setup}; stays writable
    attr_reader :config
    # @return [Instrumentation::Monitor, nil] nil before {#setup}
    attr_reader :monitor
    # @return [Status]
    attr_reader :status
    # @return [Array<Hash>] what was buffered and not flushed yet
    attr_reader :messages

    # @yieldparam config [Karafka::Core::Configurable::Node] see {#setup}
    def initialize(&block)
      @status = Status.new
      prepare_operating
      prepare_trapped
      prepare_connecting
      prepare_buffer
      prepare_transactions
      WaterDrop.instrumentation.instrument("producer.created", producer: self)
      setup(&block) if block
    end

    # Configures the producer. Does not connect.
    #
    # @yieldparam config [Karafka::Core::Configurable::Node]
    # @raise [Errors::ProducerAlreadyConfiguredError]
    # @raise [Errors::ConfigurationInvalidError] the producer is as before
    def setup(...)
      raise Errors::ProducerAlreadyConfiguredError, id unless @status.initial?

      settings = Config.new
      settings.setup(...)
      adopt(settings.config)
      @status.configured!
      Registry.watch(self)
      WaterDrop.instrumentation.instrument("producer.configured", producer: self, config: @config)
      nil
    end

    # @return [Middleware, nil] the steps that each message passes; nil before {#setup}
    def middleware
      @middleware ||= @config&.middleware
    end

    # @return [Boolean] callbacks run on a thread that producers share
    def fd_polling?
      !@config.nil? && @config.polling.mode == :fd
    end

    # @return [Polling::Poller, nil] nil before {#setup}
    def poller
      @config && (@config.polling.poller || Polling::Poller.instance)
    end

    # @return [String] never waits, never connects
    def inspect
      buffered = @buffer_mutex.locked? ? "busy" : @messages.size
      "#<#{self.class.name} id=#{id.inspect} status=#{@status} buffer=#{buffered} " \
        "connected=#{!@client.nil?} operations=#{@gate.count} in_transaction=#{!@transaction.nil?}>"
    end

    private

    def adopt(config)
      WaterDrop.load_all
      @id = config.id
      @monitor = config.monitor
      @config = config
      @default_variant = Variant.new(self, default: true)
      ::Rdkafka::Config.logger = config.logger
      warn_of_inverted_timeouts
    end

    # A wait that is over before librdkafka gives up says nothing about the message, and a message has to
    # outlive a request that got lost.
    def warn_of_inverted_timeouts
      message = @config.kafka[:"message.timeout.ms"].to_i
      message = Float::INFINITY if message.zero?
      socket = @config.kafka.fetch(:"socket.timeout.ms", SOCKET_TIMEOUT).to_i
      warn_unless_above("max_wait_timeout", @config.max_wait_timeout, "message.timeout.ms", message,
                        "synchronous waits may end without a verdict")
      warn_unless_above("message.timeout.ms", message, "socket.timeout.ms", socket,
                        "a request that gets no answer is not sent again in time")
    end

    def warn_unless_above(longer, value, shorter, other, danger)
      return if value > other

      @config.logger.warn(
        "[#{id}] #{longer} (#{value} ms) should be above #{shorter} (#{other} ms): #{danger}"
      )
    end
  end
end
