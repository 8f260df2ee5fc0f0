# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `active_job_topic :mailers`: jobs of the queue of that name are messages of the topic, run by
      # the consumer in `internal.active_job.consumer_class`, which marks each by itself.
      module ActiveJob
        KEY = :active_job

        Config = Struct.new(:active, keyword_init: true) do
          alias_method :active?, :active
        end

        OFF = Config.new(active: false).freeze

        # Checks the values under {KEY} and what jobs need.
        class Contract < Karafka::Contracts::Base
          required(:active_job, :active) { |active| Contracts::Expected.boolean(active) }

          virtual do |topic, errors|
            next if errors.any? || !topic.dig(:active_job, :active)
            next if topic.dig(:manual_offset_management, :active)

            [[%i[manual_offset_management], "cannot be disabled for ActiveJob topics: each job is marked"]]
          end

          virtual do |topic, errors|
            next if errors.any? || !topic.dig(:active_job, :active)
            # Asked without loading it: Rails defers that.
            next if ::Object.const_defined?("ActiveJob::Base")

            [[%i[consumer], "ActiveJob needs to be available: install it and require \"active_job/karafka\""]]
          end
        end
      end
    end

    # DSL of `active_job`.
    class Topic
      # @param active [Boolean] the first call with a value wins
      # @return [Features::ActiveJob::Config]
      def active_job(active = NOT_GIVEN)
        return @active_job || Features::ActiveJob::OFF if active.equal?(NOT_GIVEN)

        @active_job ||= Features::ActiveJob::Config.new(active:).freeze
      end

      # @return [Boolean]
      def active_job?
        active_job.active?
      end
    end

    # DSL of `active_job_topic`, wherever topics are drawn.
    class Proxy
      # A topic whose messages are jobs.
      #
      # @param name [String, Symbol] topic and queue
      # @yield options of the topic; they may name another consumer
      # @return [Topic]
      def active_job_topic(name, &block)
        klass = App.config.internal.active_job.consumer_class
        topic(name) do
          consumer klass
          active_job true
          manual_offset_management true
          instance_eval(&block) if block
        end
      end
    end

    # As {Proxy#active_job_topic}, outside of a draw.
    class Builder
      # @param name [String, Symbol] topic and queue
      # @return [Builder] self
      # @raise (see #draw)
      def active_job_topic(name, &block)
        draw { active_job_topic(name, &block) }
      end
    end
  end
end
