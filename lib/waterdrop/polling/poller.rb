# frozen_string_literal: true

module WaterDrop
  module Polling
    # One thread that sleeps for any number of producers and runs their callbacks. The thread starts
    # with the first producer and ends with the last one.
    class Poller
      include Karafka::Core::Helpers::Time

      @ids = 0
      @ids_mutex = Mutex.new

      class << self
        # @return [Poller] the one that all producers share unless they have their own
        def instance
          @ids_mutex.synchronize { @instance ||= new(id: 0) }
        end

        # @return [Integer] next unused number
        def next_id
          @ids_mutex.synchronize { @ids += 1 }
        end
      end

      # @return [Integer] 0 is the shared one
      attr_reader :id

      # @param id [Integer]
      def initialize(id: self.class.next_id)
        @id = id
        reset
      end

      # @return [Boolean] the thread runs
      def alive?
        !!@thread&.alive?
      end

      # @return [Integer] producers served
      def count
        @served.size
      end

      # @return [Boolean] the caller is a callback
      def in_poller_thread?
        Thread.current == @thread
      end

      # Serves a client from now on.
      #
      # @param producer [Producer]
      # @param client [Karafka::Native::Producer]
      # @param announce [Boolean] tell it by an event, now and at the end
      def register(producer, client, announce: true)
        reset unless @epoch == Karafka::Native.epoch
        callbacks = Callbacks.new(producer, client, announced: announce)
        @mutex.synchronize do
          token = (@last_token += 1)
          @served[token] = callbacks
          @native.register(token, client)
          start unless alive?
        end
        announce(callbacks, "poller.producer_registered")
      end

      # Stops serving a producer, after the turn under way. What its client has left to say is for the
      # caller to handle.
      #
      # @param producer [Producer]
      # @return [Callbacks, nil] nil if it was not served
      def unregister(producer)
        return unless @epoch == Karafka::Native.epoch

        token, callbacks = @mutex.synchronize { detach(producer) }
        return unless token

        await_end_of_turn unless in_poller_thread?
        @mutex.synchronize { @served.delete(token) }
        @native.wake
        announce(callbacks, "poller.producer_unregistered")
        callbacks
      end

      # Waits until everything that clients had said by now is told. Not for callbacks, which would wait
      # for themselves.
      def settle
        return if in_poller_thread? || @epoch != Karafka::Native.epoch

        @native.wake
        await_end_of_turn
      end

      # Ends the thread, though not the producers it served.
      def shutdown!
        thread = @thread
        @mutex.synchronize { @stopping = true }
        @native.wake
        thread&.join unless in_poller_thread?
        @mutex.synchronize { @stopping = false }
        nil
      end

      private

      # A child process starts with nothing: the parent's thread and clients are not there.
      def reset
        @epoch = Karafka::Native.epoch
        @mutex = Mutex.new
        @native = Karafka::Native::Poller.new
        @served = {}
        @last_token = 0
        @stopping = false
        @thread = nil
        @turn = 0
        @turn_over = ConditionVariable.new
      end

      def announce(callbacks, event)
        return unless callbacks.announced

        producer = callbacks.producer
        producer.monitor.instrument(event, producer_id: producer.id)
      end

      def detach(producer)
        token, callbacks = @served.find { |_token, served| served.producer.equal?(producer) }
        return unless token

        @native.unregister(token)
        @native.wake
        [token, callbacks]
      end

      # The turn under way may hold what this producer's client said before it was unregistered.
      def await_end_of_turn
        @mutex.synchronize do
          turn = @turn
          @turn_over.wait(@mutex, 1) while @turn == turn && alive?
        end
      end

      def start
        @thread = Thread.new { run }
        @thread.name = "waterdrop.poller##{@id}"
        @thread.priority = Polling.config.thread_priority
        @thread.report_on_exception = false
      end

      def run
        backoff = nil
        until leave?
          begin
            turn
            backoff = nil
          rescue Exception => e # rubocop:disable Lint/RescueException
            backoff = backoff ? [backoff * 2, Polling.config.backoff_max].min : Polling.config.backoff_min
            report(e)
            sleep(backoff / 1_000.0)
          end
        end
      end

      # The decision to end and forgetting the thread are one step, so that a producer registered
      # meanwhile gets a new thread.
      def leave?
        @mutex.synchronize do
          @turn += 1
          @turn_over.broadcast
          next false unless @served.empty? || @stopping

          @thread = nil
          true
        end
      end

      def turn
        @native.poll(Polling.config.poll_timeout, budget).each do |token, happening|
          @served[token]&.handle(happening)
        end
      end

      # Of a copy, here and below: a producer may register meanwhile.
      def budget
        @served.values.map { |callbacks| callbacks.producer.config.polling.fd.max_time }.min || 100
      end

      def report(error)
        @served.values.map(&:producer).each do |producer|
          producer.monitor.instrument(
            "error.occurred", producer_id: producer.id, error:, type: "poller.polling_loop"
          )
        rescue Exception => e # rubocop:disable Lint/RescueException
          ::Rdkafka::Config.logger.error("Error in a listener of poller.polling_loop: #{e.full_message}")
        end
      end
    end
  end
end
