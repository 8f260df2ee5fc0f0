# frozen_string_literal: true

require "securerandom"

module Karafka
  # What users' consumers inherit from. One instance for each assigned partition, kept while it is
  # assigned; its hooks are `initialized`, `consume`, `eofed`, `tick`, `revoked`, `shutdown` and `wrap`.
  # Marking and committing come with the partition ({Processing::ConsumerGroups::Strategy}), so they
  # are there from `initialized` on.
  class BaseConsumer
    include Core::Taggable
    include Processing::ConsumerGroups::Lifecycle
    include Processing::Piping

    # @return [String] 12 hex digits
    attr_reader :id
    # @return [Messages::Messages] current batch; an empty one before the first
    attr_accessor :messages
    # @return [Connection::Client]
    attr_accessor :client
    # @return [Processing::ConsumerGroups::Coordinator]
    attr_accessor :coordinator
    # @return [WaterDrop::Producer]
    attr_accessor :producer

    # Called without arguments; nothing of the partition is there yet.
    def initialize
      @id = SecureRandom.hex(6)
      @used = false
    end

    # Before the instance is built there is nothing to ask: these raise NoMethodError then.
    #
    # @return [Routing::Topic]
    def topic = @coordinator.topic

    # @return [Integer]
    def partition = @coordinator.partition

    # @return [Boolean] the newest poll brought the partition's end
    def eofed? = @coordinator.eofed?

    # @return [Integer, nil] first unprocessed offset
    def seek_offset = @coordinator.seek_offset

    # @param offset [Integer, nil]
    def seek_offset=(offset)
      @coordinator.seek_offset = offset
    end

    # @yieldparam message [Messages::Message]
    def each(&block) = messages.each(&block)

    # See the producer's methods of these names.
    def produce_async(...) = producer.produce_async(...)
    def produce_sync(...) = producer.produce_sync(...)
    def produce_many_async(...) = producer.produce_many_async(...)
    def produce_many_sync(...) = producer.produce_many_sync(...)

    # @return [String] never walks the messages
    def inspect
      lost = @coordinator ? revoked? : false
      parts = [
        "#{self.class}:0x#{(object_id << 1).to_s(16).rjust(16, "0")}", "id=#{@id}",
        "topic=#{@coordinator&.topic&.name.inspect}", "partition=#{@coordinator&.partition.inspect}",
        "used=#{@used ? true : false}", "messages_count=#{@messages ? @messages.size : 0}", "revoked=#{lost}"
      ]
      "#<#{parts.join(" ")}>"
    end

    private

    # Once, when the instance is complete; on the listener thread.
    def initialized; end

    # The work. On a worker thread, for each batch, again after a failure.
    #
    # @raise [NotImplementedError] it must be defined
    def consume
      raise NotImplementedError, "#{self.class} must define consume"
    end

    # The partition's end was reached and there is nothing new.
    def eofed; end

    # Nothing of the partition was at work for the interval of `periodic`. Before the first batch too: there
    # are no messages then. Beside lanes that tick as well, and with long-running jobs beside a `consume` that
    # begins meanwhile, whose batch `messages` are then.
    def tick; end

    # The partition was given away; marks answer false.
    def revoked; end

    # The process stops; the partition is still ours.
    def shutdown; end

    # Surrounds every other hook and what the framework does after it. Must yield.
    #
    # @param _action [Symbol] `:consume`, `:idle`, `:eofed`, `:tick`, `:revoked` or `:shutdown`
    def wrap(_action)
      yield
    end

    # Holds the partition; does not end the running method.
    #
    # @param offset [Integer, Time, Symbol, nil] where to go on; nil or `:consecutive` after what was
    #   delivered
    # @param timeout [Integer, nil] ms; nil takes the current back-off
    # @param manual_pause [Boolean] false lets automatic marking of this batch go on
    # @return [nil]
    # @raise [TypeError, Errors::InvalidTimeBasedOffsetError]
    def pause(offset, timeout = nil, manual_pause = true) # rubocop:disable Style/OptionalBooleanParameter
      offset = nil if offset == :consecutive
      place = offset.nil? || offset.is_a?(Integer) ? offset : client.resolve(topic.name, partition, offset)
      timeout = coordinator.state.pause(timeout, manual_pause)
      client.pause(topic.name, partition, place, timeout)
      karafka_instrument(
        "consumer.consuming.pause",
        manual: manual_pause, topic: topic.name, partition:, offset:,
        subscription_group: topic.subscription_group, timeout:, attempt:
      )
      nil
    end

    # Ends the pause; fetching goes on before the next poll.
    def resume
      coordinator.state.expire_pause
      nil
    end

    # Moves the reader.
    #
    # @param offset [Integer, Time, Symbol, String] Symbols and Strings are earliest and latest
    # @param manual_seek [Boolean]
    # @param reset_offset [Boolean] marks of this batch are ignored from now on
    # @return [nil]
    # @raise [TypeError, Errors::InvalidTimeBasedOffsetError] nothing has changed then
    def seek(offset, manual_seek = true, reset_offset: true) # rubocop:disable Style/OptionalBooleanParameter
      coordinator.manual_seek if manual_seek
      message = Messages::Seek.new(topic.name, partition, offset)
      payload = { topic: topic.name, partition:, message:, manual_seek:,
                  reset_offset: }
      karafka_instrument("consumer.consuming.seek", **payload) { client.seek(message) }
      self.seek_offset = nil if reset_offset
      nil
    end

    # @return [Boolean] the partition is not ours any more, as far as is known right now
    def revoked?
      coordinator.revoked?
    end

    # @return [Integer] runs from the current position, this one included; 0 outside of a run
    def attempt
      coordinator.attempt
    end

    # @return [Boolean] this is not the first run from the current position
    def retrying?
      attempt > 1
    end

    # @return [Processing::ConsumerGroups::ErrorsTracker] errors of this partition since its last success
    def errors_tracker
      coordinator.errors_tracker
    end

    # @return [Boolean] a batch was scheduled for this instance
    def used?
      @used
    end
  end
end
