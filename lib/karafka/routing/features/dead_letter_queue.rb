# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `dead_letter_queue(topic: "failed")`: a message that fails again and again is sent there, or
      # skipped, and consuming goes on behind it. Without a `topic` the feature is off.
      module DeadLetterQueue
        KEY = :dead_letter_queue

        # `topic:` that lets the strategy, or the consumer's hook, name the topic of each message.
        STRATEGY = :strategy

        # What an option that is not given is.
        DEFAULTS = {
          topic: nil, max_retries: 3, independent: false, transactional: true,
          dispatch_method: :produce_async, marking_method: :mark_as_consumed,
          mark_after_dispatch: nil, strategy: nil
        }.freeze

        Config = Struct.new(:active, *DEFAULTS.keys, keyword_init: true) do
          alias_method :active?, :active
          alias_method :independent?, :independent
          alias_method :transactional?, :transactional

          # @return [String, nil] topic that all of its messages go to
          def topic_name
            topic if topic.is_a?(String)
          end
        end

        OFF = Config.new(active: false, **DEFAULTS).freeze

        # @param options [Hash{Symbol => Object}] as the user gave them
        # @return [Config] frozen
        def self.config(options)
          topic = options[:topic]
          topic = topic.to_s if topic.is_a?(Symbol) && topic != STRATEGY
          Config.new(active: !topic.nil?, **DEFAULTS, **options, topic:).freeze
        end

        # Checks the values under {KEY}; those of an inactive queue too, as they were given for a reason.
        class Contract < Karafka::Contracts::Base
          ONE_OF = lambda { |known, value|
            known.include?(value) || "must be one of #{known}, not #{value.inspect}"
          }
          private_constant :ONE_OF

          required(:dead_letter_queue, :topic) do |topic|
            [nil, false, STRATEGY].include?(topic) || Contracts::KafkaName.check(topic)
          end

          required(:dead_letter_queue, :max_retries) do |retries|
            Contracts::Expected.integer(retries, least: 0)
          end

          %i[independent transactional].each do |option|
            required(:dead_letter_queue, option) { |value| Contracts::Expected.boolean(value) }
          end

          required(:dead_letter_queue, :dispatch_method) do |name|
            ONE_OF.call(%i[produce_async produce_sync], name)
          end

          required(:dead_letter_queue, :marking_method) do |name|
            ONE_OF.call(%i[mark_as_consumed mark_as_consumed!], name)
          end

          required(:dead_letter_queue, :mark_after_dispatch) do |value|
            ONE_OF.call([nil, true, false], value)
          end

          required(:dead_letter_queue, :strategy) do |strategy|
            strategy.nil? || strategy.respond_to?(:call) ||
              "needs to answer `call`, as #{strategy.inspect} does not"
          end

          virtual do |topic, errors|
            queue = topic[:dead_letter_queue]
            next if errors.any? || queue[:topic] != STRATEGY || queue[:strategy]

            [[%i[dead_letter_queue strategy],
              "must be given where `topic: :strategy` leaves the topic to it"]]
          end

          virtual do |topic, errors|
            queue = topic[:dead_letter_queue]
            next if errors.any? || !queue[:active] || !topic.dig(:virtual_partitions, :active)
            next if queue[:max_retries].positive?

            [[%i[dead_letter_queue max_retries],
              "must be at least 1 with virtual partitions: only a retry, which runs their messages " \
              "in one line, shows which of them fails"]]
          end
        end
      end
    end

    # DSL of `dead_letter_queue`.
    class Topic
      # The first call with options wins, as a whole.
      #
      # @param options [Hash] `topic:` a name, `:strategy`, false to skip without sending, nil for off;
      #   `max_retries:` runs after the first one; `independent:`, `transactional:`, `dispatch_method:`,
      #   `marking_method:`, `mark_after_dispatch:`; `strategy:` answers
      #   `call(errors_tracker, attempt)` instead of `max_retries`
      # @return [Features::DeadLetterQueue::Config]
      # @raise [ArgumentError] unknown option
      def dead_letter_queue(**options)
        return @dead_letter_queue || Features::DeadLetterQueue::OFF if options.empty?

        unknown = options.keys - Features::DeadLetterQueue::DEFAULTS.keys
        unless unknown.empty?
          raise ArgumentError, "unknown dead_letter_queue options of topic #{name}: #{unknown.join(", ")}"
        end

        @dead_letter_queue ||= Features::DeadLetterQueue.config(options)
      end

      # @return [Boolean]
      def dead_letter_queue?
        dead_letter_queue.active?
      end

      # Unless told, a message counts as consumed once it was sent, but not under manual offsets, where
      # only the consumer's own code marks; jobs are manual because each is marked, so they do count.
      #
      # @return [Boolean] is a message marked once it was sent to the queue, or skipped
      def mark_after_dispatch?
        return true if active_job?

        told = dead_letter_queue.mark_after_dispatch
        told.nil? ? !manual_offset_management? : told
      end
    end
  end
end
