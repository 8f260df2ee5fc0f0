# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # Calls the partitioner of a subscription group for a batch. An app's own partitioner gets message
      # objects and is held to its promises: every message in exactly one lane, each lane once. One that
      # raises or breaks them is told as `error.occurred`, and lane 0 gets everything. Listener thread.
      class FanOut
        # @param subscription_group [Routing::SubscriptionGroup]
        def initialize(subscription_group)
          settings = App.config.internal.processing.consumer_groups
          @partitioner = settings.partitioner_class.new(subscription_group)
          @custom = @partitioner.method(:call).owner != Partitioner
        end

        # @param topic_name [String]
        # @param batch [Native::Batch, Array<Messages::Message>]
        # @param coordinator [Coordinator]
        # @yieldparam lane [Integer]
        # @yieldparam messages [Native::Batch, Array<Messages::Message>] offsets ascend
        def call(topic_name, batch, coordinator, &block)
          return @partitioner.call(topic_name, batch, coordinator, &block) unless @custom

          whole = batch.is_a?(Native::Batch) ? batch.routed(coordinator.topic).with_messages : batch
          share(topic_name, whole, coordinator).each { |lane, messages| block.call(lane, messages) }
        end

        private

        def share(topic_name, whole, coordinator)
          objects = whole.is_a?(Native::Batch) ? whole.messages(Messages::Message) : whole
          lanes = asked(topic_name, objects, coordinator)
          # A collapsed run is linear, whatever the partitioner makes of it.
          (lanes.keys - [0]).any? && coordinator.collapsed? ? { 0 => whole } : lanes
        rescue StandardError => e
          failed(e, objects)
          { 0 => whole }
        end

        def asked(topic_name, objects, coordinator)
          lanes = {}
          @partitioner.call(topic_name, objects.dup, coordinator) do |lane, messages|
            refuse("gave lane #{lane.inspect}, which is no Integer") unless lane.is_a?(Integer)
            refuse("gave lane #{lane} twice") if lanes.key?(lane)
            lanes[lane] = ascending(messages.to_a) unless messages.to_a.empty?
          end
          shared = lanes.sum { |_, messages| messages.size }
          refuse("shared out #{shared} of #{objects.size} messages") unless shared == objects.size
          lanes
        end

        def ascending(messages)
          sorted = messages.each_cons(2).all? { |one, other| one.offset < other.offset }
          sorted ? messages : messages.sort_by(&:offset)
        end

        def refuse(what)
          raise Errors::UnsupportedCaseError, "#{@partitioner.class} #{what}"
        end

        def failed(error, objects)
          Karafka.monitor.instrument(
            "error.occurred",
            caller: @partitioner, error:, messages: objects.dup, type: "virtual_partitions.partitioner.error"
          )
        end
      end
    end
  end
end
