# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `scheduled_messages :later`: a topic whose records are messages for later, and beside it the topic
      # of their states. See {Karafka::ScheduledMessages}.
      module ScheduledMessages
        KEY = :scheduled_messages

        # `states` is the topic of states.
        Config = Struct.new(:active, :states, keyword_init: true) do
          alias_method :active?, :active

          # @return [Hash{Symbol => Object}]
          def to_h
            { active:, states_partitions: states&.config&.partitions }
          end
        end

        OFF = Config.new(active: false).freeze

        # What both topics are declared with; records are kept by key, and cleaned soon.
        PARTITIONS = 5
        DECLARATION = {
          "cleanup.policy": "compact", "min.cleanable.dirty.ratio": 0.1, "segment.ms": 3_600_000,
          "delete.retention.ms": 3_600_000, "segment.bytes": 52_428_800
        }.freeze

        # Checks that each partition has its own one of states.
        class Contract < Karafka::Contracts::Base
          virtual do |topic|
            states = topic[:scheduled_messages][:states_partitions]
            records = topic[:declaratives][:partitions]
            next if states.nil? || states == records

            [[%i[scheduled_messages partitions],
              "need to be as many as those of the topic of states, which has #{states}, not #{records}"]]
          end
        end

        # Describes both topics.
        class Draft
          # A batch while everything is read.
          MESSAGES = 1_000
          private_constant :MESSAGES

          # @param group [ConsumerGroup]
          # @param name [String, Symbol]
          def initialize(group, name)
            @group = group
            @name = name.to_s
          end

          # @yieldparam schedules [Topic]
          # @yieldparam states [Topic]
          # @return [Topic] that of the records
          def call(&block)
            draft = self
            states = route("#{@name}#{settings.states_suffix}") { draft.describe_states(target) }
            route(@name) do
              draft.describe_schedules(target, states)
              block&.call(target, states)
            end
          end

          # @param topic [Topic]
          def describe_states(topic)
            topic.active(false)
            declare(topic)
          end

          # @param topic [Topic]
          # @param states [Topic]
          def describe_schedules(topic, states)
            topic.hold_schedules(states)
            topic.consumer = Karafka::ScheduledMessages::Consumer
            topic.consumer_persistence = true
            topic.initial_offset = "earliest"
            topic.max_messages = [App.config.max_messages, MESSAGES].max
            topic.kafka = App.config.kafka.merge("enable.partition.eof": true)
            topic.manual_offset_management(true)
            topic.eofed(true)
            topic.periodic(interval: settings.interval, during_pause: false, during_retry: false)
            declare(topic)
          end

          private

          # Defaults are for the app's own topics: a delay or a filter would keep back what waits here.
          def route(name, &block)
            @group.route(name, defaults: Builder::NO_DEFAULTS, &block)
          end

          # What the app's defaults declare their topics with.
          def replication_factor
            drawn = Topic.new(@name, @group)
            drawn.describe(@group.builder.defaults)
            drawn.config.replication_factor
          end

          def settings
            App.config.scheduled_messages
          end

          # Value by value: the first whole `config(...)` is left to the app's block.
          def declare(topic)
            topic.config.partitions = PARTITIONS
            topic.config.replication_factor = replication_factor
            topic.config.config(DECLARATION)
          end
        end
      end
    end

    # A topic of records that are messages for later.
    class Topic
      # @return [Features::ScheduledMessages::Config]
      def scheduled_messages
        @scheduled_messages || Features::ScheduledMessages::OFF
      end

      # @return [Boolean] its records are messages for later
      def scheduled_messages?
        scheduled_messages.active?
      end

      # @param states [Topic] where their states go
      def hold_schedules(states)
        @scheduled_messages = Features::ScheduledMessages::Config.new(active: true, states:).freeze
      end
    end

    # DSL of `scheduled_messages`.
    class Draw
      # Routes a topic whose records are messages for later and, as `NAME_states`, the topic of their states,
      # in the group of `config.scheduled_messages.group_id`.
      #
      # @param name [String, Symbol] no two apps may share it
      # @yieldparam schedules [Topic] to change its declaration, `schedules.config.replication_factor = 3`
      # @yieldparam states [Topic] the same
      # @return [Topic]
      def scheduled_messages(name, &block)
        topic = nil
        within(App.config.scheduled_messages.group_id) do |group|
          topic = Features::ScheduledMessages::Draft.new(group, name).call(&block)
        end
        topic
      end
    end

    # As {Draw#scheduled_messages}, outside of a draw.
    class Builder
      # @param name [String, Symbol]
      # @return [Builder] self
      # @raise (see #draw)
      def scheduled_messages(name, &block)
        draw { scheduled_messages(name, &block) }
      end
    end
  end
end
