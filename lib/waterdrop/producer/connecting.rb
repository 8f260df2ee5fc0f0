# frozen_string_literal: true

module WaterDrop
  class Producer
    # The native client: built at first use, watched by a poller, never shared with another process.
    module Connecting
      # Milliseconds that building a client waits for the broker's first token request.
      FIRST_TOKEN_WAIT = 1_000
      private_constant :FIRST_TOKEN_WAIT

      # The client, built and connected if there is none yet. Every dispatch comes through here.
      #
      # @return [Karafka::Native::Producer, Clients::Dummy, Object]
      # @raise [Errors::ProducerNotConfiguredError]
      # @raise [Errors::ProducerClosedError]
      # @raise [Errors::ProducerUsedInParentProcess] once, in a child of the process that connected
      def client
        return @client if @client && @client_epoch == Karafka::Native.epoch

        adopt_given_client || connected_client
      end

      # @param topic [String, Symbol]
      # @return [Integer] -1 if the topic is not known
      # @raise [Rdkafka::RdkafkaError] no broker answered, or it refuses the name
      def partition_count(topic)
        client.partition_count(topic.to_s)
      end

      # @return [Integer] messages and reports on their way; 0 unless connected
      def queue_size
        @status.connected? && @client ? @client.queue_size : 0
      end
      alias queue_length queue_size

      private

      def prepare_connecting
        @connecting_mutex = Mutex.new
        @client = nil
        @client_epoch = nil
        @pid = nil
        @shortcut = nil
        @max_payload_size = nil
      end

      # Suites put a double into `@client` and the process id into `@pid`.
      def adopt_given_client
        return unless @client && @client_epoch.nil? && @pid == ::Process.pid

        @client_epoch = Karafka::Native.epoch
        @client
      end

      def connected_client
        refuse_inherited_client
        ensure_active!
        @connecting_mutex.synchronize do
          ensure_active!
          @client || connect
        end
      end

      def inherited_client?
        !@client.nil? && !@client_epoch.nil? && @client_epoch != Karafka::Native.epoch
      end

      def refuse_inherited_client
        return unless inherited_client?

        forget_inherited_client
        @status.configured! if @status.active?
        raise Errors::ProducerUsedInParentProcess, ::Process.pid.to_s
      end

      # What the parent built stays the parent's: nothing of it is touched.
      def forget_inherited_client
        @client = @client_epoch = @callbacks_poller = @shortcut = nil
        @gate = Karafka::Native::Gate.new
      end

      def connect
        subscribe_stock_listeners
        built = started_client
        @pid = ::Process.pid
        @client_epoch = Karafka::Native.epoch
        @client = built
        # From here on for every dispatch, whichever way it goes.
        @max_payload_size = config.max_payload_size
        @shortcut = shortcut
        Registry.hold(self)
        @status.connected! unless @status.closing?
        @monitor.instrument("producer.connected", producer_id: id)
        built
      end

      # However starting it is left, by an error, by `throw` (as `Timeout` does) or by `Thread#kill`: a client
      # that did not start leaves nothing behind.
      def started_client
        built = client_class.new(self)
        start_client(built)
        started = true
        built
      ensure
        abandon(built) if built && !started
      end

      # `deliver` decides only where no other client was asked for.
      def client_class
        chosen = config.client_class
        chosen == Clients::Rdkafka && !config.deliver ? Clients::Dummy : chosen
      end

      # Once per producer, however often it connects.
      def subscribe_stock_listeners
        return if @stock_listeners

        @stock_listeners = true
        listener = config.oauth.token_provider_listener
        monitor.subscribe(listener) if listener
        timeout = config.idle_disconnect_timeout
        return unless timeout.positive?

        listener = Instrumentation::IdleDisconnectorListener.new(self, disconnect_timeout: timeout)
        monitor.subscribe("statistics.emitted") { |event| listener.on_statistics_emitted(event) }
      end

      def start_client(built)
        return start_transactions(built) unless built.is_a?(Karafka::Native::Producer)

        give_first_token(built)
        @callbacks_poller = fd_polling? ? poller : Polling::Poller.new
        @callbacks_poller.register(self, built, announce: fd_polling?)
        start_transactions(built)
      end

      # A dispatch without any of Ruby's part, where that would have nothing to do.
      #
      # @return [Karafka::Native::Shortcut, nil]
      def shortcut
        return if transactional? || config.reload_on_idempotent_fatal_error
        return unless @client.is_a?(Karafka::Native::Producer) && middleware.instance_of?(Middleware)

        observed = @monitor.dispatched_switch if @monitor.respond_to?(:dispatched_switch)
        observed && Karafka::Native::Shortcut.new(@gate, observed, @monitor, @max_payload_size)
      end

      def start_transactions(built)
        return unless transactional?

        built.init_transactions(nil) if built.respond_to?(:init_transactions)
      end

      # The first token comes from the thread that builds the client, so that no broker waits for it.
      def give_first_token(built)
        mechanism = config.kafka[:"sasl.mechanism"] || config.kafka[:"sasl.mechanisms"]
        return unless mechanism.to_s.casecmp?("OAUTHBEARER")

        callbacks = Polling::Callbacks.new(self, built)
        deadline = monotonic_now + FIRST_TOKEN_WAIT
        until monotonic_now > deadline
          happenings = built.drain
          happenings.each { |happening| callbacks.handle(happening) }
          return if happenings.any? { |kind, *| kind == :token_refresh }

          sleep(0.005)
        end
      end

      # Gives up a client whose start failed.
      def abandon(built)
        return unless built.is_a?(Karafka::Native::Producer)

        @callbacks_poller&.unregister(self)
        built.close
      end
    end
  end
end
