# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # How a batch is shared out: to the lanes of a topic with virtual partitions, else as a whole to one
      # consumer instance. Runs on the listener thread, and calls the app's partitioner and reducer there,
      # in offset order. An app's own one inherits from this and is named in
      # `config.internal.processing.consumer_groups.partitioner_class`.
      class Partitioner
        # @param subscription_group [Routing::SubscriptionGroup]
        def initialize(subscription_group)
          @subscription_group = subscription_group
        end

        # Whatever partitioner or reducer raise is told as `error.occurred`; then, and while the partition
        # is collapsed, lane 0 gets everything.
        #
        # @param topic_name [String]
        # @param messages [Native::Batch, Array<Messages::Message>]
        # @param coordinator [Coordinator]
        # @yieldparam lane [Integer] each at most once, in the order of first messages
        # @yieldparam messages [Native::Batch, Array<Messages::Message>] what was given, or a part of it
        def call(topic_name, messages, coordinator, &block)
          topic = @subscription_group.topics.find(topic_name)
          return block.call(0, messages) if !topic.virtual_partitions? || coordinator.collapsed?

          share(topic, messages).each { |lane, part| block.call(lane, part) }
        end

        private

        def share(topic, messages)
          settings = topic.virtual_partitions
          return by_calls(settings, messages) unless messages.is_a?(Native::Batch)

          messages.routed(topic)
          natively(settings, messages) || by_calls(settings, messages.with_messages)
        rescue StandardError => e
          [[0, failed(e, messages)]]
        end

        # No Ruby for each message, and no message object.
        #
        # @return [Array, nil] nil where Ruby must be asked
        def natively(settings, batch)
          partitioner = settings.partitioner
          return unless Native::Partitioners.native?(partitioner)

          extractor = partitioner.extractor
          return Native::FanOut.balanced(batch, extractor, settings.max_partitions) if balanced?(settings)

          reducer = settings.reducer
          return unless reducer.instance_of?(DefaultReducer)

          Native::FanOut.consistent(batch, extractor, reducer.lanes, lambda do |index|
            partitioner.call(batch.view([index]).messages(Messages::Message).first)
          end)
        end

        def by_calls(settings, messages)
          partitioner = settings.partitioner
          reducer = settings.reducer
          objects = objects_of(messages)
          if balanced?(settings)
            Native::FanOut.by_groups(messages, groups(objects, partitioner), settings.max_partitions)
          elsif reducer.instance_of?(DefaultReducer)
            keys = objects.map { |message| partitioner.call(message) }
            Native::FanOut.by_keys(messages, keys, reducer.lanes)
          else
            ids = objects.map { |message| reducer.call(partitioner.call(message)) }
            Native::FanOut.by_ids(messages, ids)
          end
        end

        def balanced?(settings)
          settings.distribution == :balanced
        end

        # Keys are compared as a Hash does: by `eql?`.
        def groups(objects, partitioner)
          known = {}
          objects.map { |message| known[partitioner.call(message)] ||= known.size }
        end

        def objects_of(messages)
          messages.is_a?(Native::Batch) ? messages.messages(Messages::Message) : messages
        end

        # @return [Native::Batch, Array<Messages::Message>] the messages, as they were told
        def failed(error, messages)
          whole = messages.is_a?(Native::Batch) ? messages.with_messages : messages
          Karafka.monitor.instrument(
            "error.occurred",
            caller: self, error:, messages: objects_of(whole).dup,
            type: "virtual_partitions.partitioner.error"
          )
          whole
        end
      end
    end
  end
end
