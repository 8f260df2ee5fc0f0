# frozen_string_literal: true

require "json"

module Compatibility
  # What each combination goes through: messages with keys, one failure that passes, one that does not where
  # there is a dead letter queue, a rebalance in between, more messages. Then every message and the committed
  # offset are looked at.
  class Scenario
    # Fails the first time only.
    ONCE = 3
    # Fails always, where that has an end.
    POISON = 6
    # Taken out by a filter, where there is one.
    DROPPED = 2
    FIRST = (0..8)
    SECOND = (9..12)

    # @return [String] topic that is consumed
    attr_reader :topic
    # @return [String, nil]
    attr_reader :dead_letters
    # @return [String, nil] topic that transactions copy to
    attr_reader :copies
    # @return [WaterDrop::Producer, nil] of transactions
    attr_accessor :producer

    def initialize(features, topic:, dead_letters: nil, copies: nil)
      @features = features
      @topic = topic
      @dead_letters = dead_letters
      @copies = copies
      @walked = []
      @seen = []
      @failed = false
      @ends = 0
      @ticks = 0
      @mutex = Mutex.new
    end

    # @param name [Symbol]
    # @return [Boolean] a feature has this name, or its consumer does this
    def has?(name) = @features.any? { |feature| [feature.name, feature.consumer].include?(name) }

    # @return [Array<Integer>] numbers that are consumed in the end
    def expected
      [*FIRST, *SECOND] - (has?(:poison) ? [POISON] : []) - (has?(:dropping) ? [DROPPED] : [])
    end

    # @return [Karafka::Pro::Processing::Filters::Base] reads headers only, as payloads may be sealed
    def dropper
      Class.new(Karafka::Pro::Processing::Filters::Base) do
        def apply!(messages)
          @applied = !messages.reject! { |one| one.raw_headers["number"] == DROPPED.to_s }.nil?
        end
      end.new
    end

    # @return [Array<Integer>] numbers that were worked off, in order
    def done = @mutex.synchronize { @walked.dup }

    # @return [Array<Array(Object, Object)>] key and headers, as the consumer saw them
    def seen = @mutex.synchronize { @seen.dup }

    # @return [Integer] ends of the partition that the consumer was told of
    def ends = @mutex.synchronize { @ends }

    def ended = @mutex.synchronize { @ends += 1 }

    # @return [Integer] of all instances
    def ticks = @mutex.synchronize { @ticks }

    def ticked = @mutex.synchronize { @ticks += 1 }

    # @return [Proc] by key; where payloads are encrypted by what they say, which comes to the same
    def partitioner
      has?(:encryption) ? ->(message) { (number(message) % 4).to_s } : lambda(&:raw_key)
    end

    # @return [Object] payload of the message with this number, before anything encrypts it
    def payload(number)
      has?(:jobs) ? JSON.generate(::NumberJob.new(number).serialize) : number.to_s
    end

    # @param payload [String] as {#payload} made it
    # @return [Integer]
    def number_of(payload)
      has?(:jobs) ? JSON.parse(payload)["arguments"].first : Integer(payload)
    end

    # @return [Integer] what a consumer or partitioner reads
    def number(message)
      return message.payload["arguments"].first if has?(:jobs)

      Integer(has?(:reversed) ? message.payload.reverse : message.payload)
    end

    # Remembers what deserializers made of key and headers.
    def see(message) = @mutex.synchronize { @seen << [message.key, message.headers] }

    # Works on a number, as the user's code would.
    def work(number)
      raise "poison" if has?(:poison) && number == POISON

      first_failure = @mutex.synchronize { number == ONCE && !@failed && (@failed = true) }
      raise "once" if first_failure

      yield if block_given?
      @mutex.synchronize { @walked << number }
    end
  end
end
