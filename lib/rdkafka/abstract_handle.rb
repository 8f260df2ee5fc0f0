# frozen_string_literal: true

module Rdkafka
  # Something that will have a result. A subclass says whether it is there (`released?`), announces a
  # sleeper (`expect_release`, false if it is there by now) and names itself (`delivery_id`).
  class AbstractHandle
    # The wait ended before the result came: the outcome is unknown, not a failure.
    class WaitTimeoutError < RuntimeError; end

    # Milliseconds that {#wait} waits unless told otherwise.
    DEFAULT_WAIT = 60_000

    # Those who sleep on one handle. Ruby's own primitives, so that fiber schedulers, `Timeout` and
    # `Thread#kill` work as everywhere.
    class Waiter
      # @return [Integer] how many sleep; guarded by the registry's lock
      attr_accessor :sleepers

      def initialize
        @mutex = Mutex.new
        @condition = ConditionVariable.new
        @done = false
        @sleepers = 0
      end

      # @param milliseconds [Numeric, nil]
      # @return [Boolean] the result came in time
      def sleep(milliseconds)
        deadline = milliseconds && (now + (milliseconds / 1_000.0))
        @mutex.synchronize do
          until @done
            left = deadline && (deadline - now)
            return false if left && left <= 0

            @condition.wait(@mutex, left)
          end
        end
        true
      end

      def wake
        @mutex.synchronize do
          @done = true
          @condition.broadcast
        end
      end

      private

      def now
        ::Process.clock_gettime(::Process::CLOCK_MONOTONIC)
      end
    end

    @waiters = {}
    @lock = Mutex.new

    class << self
      # Wakes those who sleep on a delivery. Called by the thread that polls.
      #
      # @param id [Integer]
      def wake(id)
        waiter = AbstractHandle.registry { |waiters| waiters[id] }
        waiter&.wake
      end

      # @api private
      def registry
        @lock.synchronize { yield(@waiters) }
      end
    end

    # Waits for the result. Repeatable.
    #
    # @param max_wait_timeout_ms [Numeric, nil] nil waits for ever
    # @param max_wait_timeout [Numeric, nil] deprecated: the same in seconds
    # @param raise_response_error [Boolean] false: a failure is answered as a result
    # @return [Object] the result
    # @raise [WaitTimeoutError] no result in time
    # @raise [RdkafkaError] the operation failed
    def wait(max_wait_timeout_ms: DEFAULT_WAIT, max_wait_timeout: :not_given, raise_response_error: true)
      unless max_wait_timeout == :not_given
        warn "`max_wait_timeout` is deprecated: use `max_wait_timeout_ms`, in milliseconds"
        max_wait_timeout_ms = max_wait_timeout && (max_wait_timeout * 1_000)
      end
      unless released? || await_release(max_wait_timeout_ms)
        raise WaitTimeoutError, "Waiting for #{operation_name} timed out after #{max_wait_timeout_ms} ms"
      end

      raise_error if raise_response_error && self[:response] != 0
      create_result
    end

    # @return [Boolean] there is no result yet
    def pending?
      !released?
    end

    private

    def await_release(milliseconds)
      id = delivery_id
      waiter = AbstractHandle.registry do |waiters|
        (waiters[id] ||= Waiter.new).tap { |own| own.sleepers += 1 }
      end
      !expect_release || waiter.sleep(milliseconds)
    ensure
      AbstractHandle.registry { |waiters| waiters.delete(id) if waiter && (waiter.sleepers -= 1).zero? }
    end
  end
end
