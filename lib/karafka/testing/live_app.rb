# frozen_string_literal: true

module Karafka
  module Testing
    # The app of the suite on an embedded broker, in this process: its routes, its consumers, its
    # producer. `karafka_broker: true` makes one for an RSpec example.
    #
    #   LiveApp.with do |app|
    #     Karafka.producer.produce_sync(topic: "orders", payload: "{}")
    #     app.run_until { Order.count == 1 }
    #   end
    #
    # One at a time; on the thread of the example. What the app was before it is again afterwards.
    class LiveApp
      autoload :Redirection, "karafka/testing/live_app/redirection"
      autoload :Report, "karafka/testing/live_app/report"
      autoload :Trace, "karafka/testing/live_app/trace"

      # Seconds.
      WITHIN = 10
      # Seconds between two questions to the block.
      PAUSE = 0.02
      # How long a consumer may go on once the app is to stop, ms.
      SHUTDOWN_TIMEOUT = 5_000
      private_constant :PAUSE, :SHUTDOWN_TIMEOUT

      class << self
        # @param options [Hash] as {Broker.start} takes
        # @yieldparam app [LiveApp] connected; its topics exist
        # @return [Object] what the block returned
        # @raise [Errors::KarafkaNotLoadedError, Errors::KarafkaNotInitializedError]
        def with(**options)
          Testing.ensure_karafka_initialized!
          broker = Broker.start(**options)
          redirection = Redirection.new(broker)
          redirection.call
          yield(new(broker))
        ensure
          redirection&.undo
          broker&.stop
        end
      end

      # @return [Broker]
      attr_reader :broker

      # @param broker [Broker]
      def initialize(broker)
        @broker = broker
      end

      # Runs the app until the block, asked again and again, answers something true. Then, or when time is
      # over, the app stops in order: what was marked is committed. May be called again.
      #
      # @param within [Numeric] seconds
      # @return [Object] what the block answered
      # @raise [Errors::NotReachedError] time is over, or the app ended before; its message tells offsets,
      #   lanes and errors
      # @raise [Exception] what the block raises
      def run_until(within: WITHIN, &block)
        trace = Trace.new
        running = start
        await(running, within, trace, &block)
      ensure
        stop(running) if running
        trace&.close
      end

      private

      def start
        App.config.internal.status.reset!
        App.config.internal.status.initialized!
        Thread.new do
          # Told by `runner.call.error`, and by {#await}.
          Thread.current.report_on_exception = false
          Server.start
        end
      end

      def await(running, within, trace)
        deadline = now + within
        loop do
          answer = yield
          return answer if answer

          reason = "the app ended before the block was true" unless running.alive?
          reason ||= "the block was not true within #{within} s" if now > deadline
          raise Errors::NotReachedError, Report.new(reason, trace).to_s if reason

          ended?(running, PAUSE)
        end
      end

      # What ended it is among the errors that were told.
      def ended?(running, seconds = nil)
        running.join(seconds)
      rescue StandardError
        true
      end

      # The producer goes with the server: the example gets another.
      def stop(running)
        App.config.shutdown_timeout = [SHUTDOWN_TIMEOUT, App.config.max_wait_time + 1_000].max
        Thread.new { Server.stop }.join
        ended?(running)
        App.config.producer = Redirection.producer(App.config.producer, @broker)
      end

      def now = ::Process.clock_gettime(::Process::CLOCK_MONOTONIC)
    end
  end
end
