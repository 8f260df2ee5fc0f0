# frozen_string_literal: true

module Karafka
  module Core
    module Monitoring
      # What the rest of the code publishes through: a bus and an optional namespace. Tracers
      # subclass it and wrap `super` of {#instrument} in a span, so the work always runs inside
      # the block, on the calling thread.
      class Monitor
        # Default payload; subclasses name it in their own signatures.
        EMPTY_HASH = {}.freeze

        # @return [Notifications]
        attr_reader :notifications_bus

        # @param notifications_bus [Notifications]
        # @param namespace [String, nil] appended to ids as `id.namespace`
        def initialize(notifications_bus, namespace = nil)
          @notifications_bus = notifications_bus
          @namespace = namespace
          @lists = namespace ? EMPTY_HASH : live_lists
          # Full names are kept, as publishing must not build Strings.
          @full_names = Hash.new { |names, id| names[id] = "#{id}.#{namespace}".freeze }
        end

        # @param event_id [String, Symbol]
        # @param payload [Hash{Symbol => Object}]
        # @return [Object, nil] what the block returned
        # @raise [Notifications::EventNotRegistered]
        def instrument(event_id, payload = EMPTY_HASH, &block)
          # The unheard event comes first and goes no further: it is on every path.
          unheard = @lists[event_id]&.empty?
          return block_given? ? yield : nil if unheard

          event_id = full_name(event_id) if @namespace || event_id.is_a?(Symbol)
          @notifications_bus.instrument(event_id, payload, &block)
        end

        # @see Notifications#subscribe
        def subscribe(*args, &block)
          @notifications_bus.subscribe(*args, &block)
        end

        # @see Notifications#unsubscribe
        def unsubscribe(listener_or_block)
          @notifications_bus.unsubscribe(listener_or_block)
        end

        # @return [Hash{String => Array}]
        def listeners
          @notifications_bus.listeners
        end

        # @return [String] bounded: error reporters call this anywhere
        def inspect
          "#<#{self.class} #{@notifications_bus.inspect}>"
        end

        private

        # Only of a bus that publishes as ours does.
        def live_lists
          ours = @notifications_bus.is_a?(Notifications) &&
                 @notifications_bus.method(:instrument).owner == Notifications
          ours ? @notifications_bus.lists : EMPTY_HASH
        end

        def full_name(event_id)
          @namespace ? @full_names[event_id] : event_id.name
        end
      end
    end
  end
end
