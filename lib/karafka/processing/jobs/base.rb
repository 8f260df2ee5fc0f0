# frozen_string_literal: true

module Karafka
  module Processing
    module Jobs
      # One hook of one consumer instance. `before_schedule` runs on the listener thread, everything
      # else on a worker, inside {#wrap}.
      class Base
        class << self
          # @return [Symbol] `:consume`, `:idle`, `:eofed`, `:tick`, `:revoked` or `:shutdown`
          attr_accessor :action
        end

        # @return [ConsumerGroups::Executor]
        attr_reader :executor

        # @param executor [ConsumerGroups::Executor]
        def initialize(executor)
          @executor = executor
          @finished = false
        end

        # @return [String] constant per executor
        def id
          @executor.id
        end

        # @return [String] of the subscription group
        def group_id
          @executor.group_id
        end

        # Runs the consumer's `wrap` around the block.
        def wrap(&block)
          @executor.wrap(self.class.action, &block)
        end

        # On the listener thread, before the job is queued.
        def before_schedule
          @executor.public_send(:"before_schedule_#{self.class.action}")
        end

        # On the worker, before the user's code.
        def before_call; end

        # The user's code.
        def call
          @executor.public_send(self.class.action)
        end

        # On the worker, after the user's code.
        def after_call; end

        # The job left the worker, whether it ran or its wrapper swallowed it.
        def finish!
          @finished = true
        end

        # @return [Boolean]
        def finished?
          @finished
        end

        # @return [Boolean] polling goes on while it runs
        def non_blocking?
          @executor.coordinator.long_running?
        end
      end
    end
  end
end
