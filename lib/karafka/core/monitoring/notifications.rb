# frozen_string_literal: true

module Karafka
  module Core
    module Monitoring
      # The bus: which events exist and who listens to each.
      #
      # Lists of listeners are frozen and replaced as a whole. A dispatch walks the list that it
      # found, so whoever (un)subscribes meanwhile, from a handler or another thread, neither
      # skips a neighbour nor waits. Publishing what nobody listens to costs one look-up and one
      # comparison and allocates nothing.
      class Notifications
        include Helpers::Time

        # Nobody listens.
        NONE = [].freeze
        # Payload of events that carry nothing.
        EMPTY_HASH = {}.freeze
        private_constant :NONE

        # The id was never registered on this bus.
        class EventNotRegistered < StandardError; end

        # @return [String] tells one bus from another in listings
        attr_reader :name

        def initialize
          @name = "#{self.class}-#{object_id}"
          @lists = {}
          @handlers = {}
          @mutex = Mutex.new
        end

        # Makes an event known. An id registered again loses its subscribers.
        #
        # @param event_id [String]
        def register_event(event_id)
          @mutex.synchronize do
            @handlers[event_id] = :"on_#{event_id.to_s.tr(".", "_")}"
            @lists[event_id] = NONE
          end
          nil
        end

        # @return [Array<String>] ids in order of registration
        def available_events
          @mutex.synchronize { @lists.keys }
        end

        # @return [Hash{String => Array}] a copy: who listens to what
        def listeners
          @mutex.synchronize { @lists.transform_values(&:dup) }
        end

        # @return [Hash{String => Array}] who listens to what, alive: for monitors, which only read it
        attr_reader :lists

        # Drops subscribers, the events stay.
        #
        # @param event_id [String, nil] one event, or all of them
        # @raise [EventNotRegistered]
        def clear(event_id = nil)
          @mutex.synchronize do
            listeners_of(event_id) if event_id
            (event_id ? [event_id] : @lists.keys).each { |id| @lists[id] = NONE }
          end
          nil
        end

        # @overload subscribe(event_id, &block)
        #   @param event_id [String]
        #   @raise [EventNotRegistered] unknown id; a Symbol is never known
        # @overload subscribe(listener)
        #   Attaches to every event registered by now for which the object publicly responds to
        #   `on_<event with underscores>`. One that responds to none is ignored.
        def subscribe(event_id_or_listener, &block)
          @mutex.synchronize do
            block ? attach(event_id_or_listener, block) : attach_matching(event_id_or_listener)
          end
          nil
        end

        # @param listener_or_block [Object, Proc] removed from all events; unknown ones are ignored
        def unsubscribe(listener_or_block)
          @mutex.synchronize do
            @lists.each do |event_id, list|
              left = list.reject { |one| one.equal?(listener_or_block) }.freeze
              @lists[event_id] = left.empty? ? NONE : left
            end
          end
          nil
        end

        # Publishes an event to its subscribers, in order of subscription, on the calling thread.
        # With a block the event is published after it, with the time it took, and not at all if
        # it raises. What a subscriber raises reaches the caller.
        #
        # @param event_id [String]
        # @param payload [Hash{Symbol => Object}]
        # @return [Object, nil] what the block returned
        # @raise [EventNotRegistered]
        def instrument(event_id, payload = EMPTY_HASH)
          listeners = listeners_of(event_id) # raises before the work, not after it
          return block_given? ? yield : nil if listeners.empty?
          return dispatch(Event.new(event_id, payload), listeners) unless block_given?

          started_at = monotonic_now
          result = yield
          # Whoever subscribed meanwhile hears of it as well.
          dispatch(Event.new(event_id, payload, monotonic_now - started_at), @lists[event_id])
          result
        end

        # @return [String] counts only, without a lock: error reporters call this anywhere
        def inspect
          "#<#{self.class} events=#{@lists.size}>"
        end

        private

        def dispatch(event, listeners)
          handler = @handlers[event.id]
          listeners.each do |listener|
            listener.is_a?(Proc) ? listener.call(event) : listener.public_send(handler, event)
          end
          nil
        end

        def attach_matching(listener)
          @handlers.each { |id, handler| attach(id, listener) if listener.respond_to?(handler) }
        end

        def attach(event_id, listener)
          @lists[event_id] = [*listeners_of(event_id), listener].freeze
        end

        def listeners_of(event_id)
          @lists[event_id] || raise(EventNotRegistered, event_id.to_s)
        end
      end
    end
  end
end
