# frozen_string_literal: true

module Specs
  # The least that Ruby asks of a fiber scheduler: sleeping, blocking, and being woken by others.
  class FiberScheduler
    def initialize
      @ready = []
      @waiting = {}
      @woken = Thread::Queue.new
      @lock = Mutex.new
    end

    # Runs until every fiber has ended.
    def run
      until @ready.empty? && @waiting.empty?
        @ready.shift(@ready.size).each { |fiber| fiber.resume if fiber.alive? }
        wake_sleepers
        take_woken
      end
    end
    alias close run

    def fiber(&block)
      Fiber.new(blocking: false, &block).tap(&:resume)
    end

    def block(_blocker, timeout = nil)
      @waiting[Fiber.current] = timeout && (Specs.now + timeout)
      Fiber.yield
      true
    end

    def kernel_sleep(timeout = nil)
      block(:sleep, timeout)
    end

    def unblock(_blocker, fiber)
      @woken << fiber
    end

    def io_wait(_io, events, _timeout)
      events
    end

    private

    def wake_sleepers
      now = Specs.now
      late = @waiting.select { |_fiber, deadline| deadline && deadline <= now }.keys
      late.each { |fiber| ready(fiber) }
    end

    def take_woken
      return if @waiting.empty? && @woken.empty?

      Thread.new { sleep(0.002) && (@woken << nil) } if @ready.empty? && @woken.empty?
      ready(@woken.pop) if @ready.empty? || !@woken.empty?
    end

    def ready(fiber)
      @ready << fiber if fiber && @waiting.key?(fiber)
      @waiting.delete(fiber)
    end
  end
end
