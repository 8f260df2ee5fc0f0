# frozen_string_literal: true

module Karafka
  # The thread of a listener or a worker, which runs `call`. Whatever ends it wakes the runner, which
  # raises what should be raised.
  module OwnThread
    # @param thread_name [String]
    # @param thread_priority [Integer]
    def async_call(thread_name, thread_priority = 0)
      @thread = Thread.new do
        Thread.current.name = thread_name
        Thread.current.priority = thread_priority
        # What gets here is more than `call` may swallow: the runner raises it.
        Thread.current.report_on_exception = false
        call
      ensure
        App.config.internal.connection.conductor.signal
      end
    end

    # @return [Boolean] the thread lives
    def alive?
      @thread ? @thread.alive? : false
    end

    # Waits for the thread; raises what ended it.
    def join(*args)
      @thread&.join(*args)
    end

    # Kills the thread, unless it is the one that asks: whoever forces a stop has to finish it.
    def terminate
      @thread&.kill unless @thread.equal?(Thread.current)
    end

    # @return [String, nil] of the thread
    def name
      @thread&.name
    end
  end
end
