# frozen_string_literal: true

require "monitor"

module Specs
  # A server in this very process, with everything it published. Use it inside `FreshApp`.
  class Run
    # What was published: `payload` is a copy, `thread` the publisher's name, `at` monotonic seconds.
    Published = Struct.new(:name, :payload, :thread, :at) do
      def [](key) = payload.fetch(key)
    end

    # Told apart from everything that a server may raise.
    class NotInTime < StandardError; end

    # Events of every turn of the loop: left out of {#story}.
    NOISE = /\A(?:client.events_poll|connection.listener.fetch_loop|statistics|worker.scaling)/

    def initialize
      @published = []
      @lock = ::Monitor.new
      @changed = @lock.new_cond
      subscribe
    end

    # Starts the server on a thread of its own, as `Server.run` does but for signals.
    def start
      @thread = Thread.new do
        Thread.current.report_on_exception = false
        Karafka::Server.start
      ensure
        wake
      end
      self
    end

    # Waits until the block, called after each event, answers something true.
    #
    # @return [Object] what it answered
    def await(what, within: 30)
      deadline = Specs.now + within
      @lock.synchronize do
        until (answer = yield)
          left = deadline - Specs.now
          raise NotInTime, failure(what, within) if left <= 0 || !@thread.alive?

          @changed.wait([left, 0.1].min)
        end
        answer
      end
    end

    # Waits for the n-th event of that name.
    #
    # @return [Published]
    def await_event(name, number = 1, within: 30)
      await("event #{number} named #{name}", within:) { events(name)[number - 1] }
    end

    # Stops the server and waits for its end; raises what ended it.
    def stop(within: 60)
      stopping = Thread.new { Karafka::Server.stop }
      stopping.report_on_exception = false
      join(within:)
      stopping.join(within)
      self
    end

    # Waits for an end that somebody else asked for; raises what ended the server.
    def join(within: 60)
      @thread.join(within) || raise(NotInTime, failure("the end", within))
    end

    def alive? = @thread&.alive?

    # Ends what a failed example left behind. Quietly, as the example has told its failure.
    def abandon
      stop(within: 15) if alive?
    rescue StandardError
      @thread.kill
    ensure
      Karafka::Server.jobs_queue = nil
      Karafka::Server.workers.reset
    end

    # @return [Array<Published>] of one name, or of all
    def events(name = nil)
      @lock.synchronize { name ? @published.select { |event| event.name == name } : @published.dup }
    end

    # @return [Array<Published>] errors, of one type or of all
    def errors(type = nil)
      events("error.occurred").select { |event| type.nil? || event.payload[:type] == type }
    end

    # @return [Array<String>] names of events in order, without those of every turn
    def story(events = self.events)
      events.map(&:name).grep_v(NOISE)
    end

    # @return [Array<String>] names of what happened from one event up to another
    def story_between(first, last)
      all = events
      story(all[all.index(first)..all.index(last)])
    end

    # Tells the waiters that something may have changed.
    def wake
      @lock.synchronize { @changed.broadcast }
    end

    private

    def subscribe
      Karafka.monitor.notifications_bus.available_events.each do |name|
        Karafka.monitor.subscribe(name) { |event| record(name, event) }
      end
    end

    def record(name, event)
      @lock.synchronize do
        @published << Published.new(name, event.payload.dup, Thread.current.name, Specs.now)
        @changed.broadcast
      end
    end

    def failure(what, within)
      told = errors.last(5).map do |event|
        error = event[:error]
        "#{event[:type]}: #{error.class}: #{error.message}\n  #{error.backtrace&.first(4)&.join("\n  ")}"
      end
      ["not within #{within} s, or the server ended before: #{what}", story.last(40).join(" "),
       *told].join("\n")
    end
  end
end
