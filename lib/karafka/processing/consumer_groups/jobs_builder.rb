# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # Makes jobs.
      class JobsBuilder
        # @param executor [Executor]
        # @param messages [Messages::Messages]
        # @return [Jobs::Consume]
        def consume(executor, messages)
          Jobs::Consume.new(executor, messages)
        end

        # @param executor [Executor]
        # @return [Jobs::Idle]
        def idle(executor)
          Jobs::Idle.new(executor)
        end

        # @param executor [Executor]
        # @return [Jobs::Eofed]
        def eofed(executor)
          Jobs::Eofed.new(executor)
        end

        # @param executor [Executor]
        # @return [Jobs::Periodic]
        def periodic(executor)
          Jobs::Periodic.new(executor)
        end

        # @param executor [Executor]
        # @return [Jobs::Revoked]
        def revoked(executor)
          Jobs::Revoked.new(executor)
        end

        # @param executor [Executor]
        # @return [Jobs::Shutdown]
        def shutdown(executor)
          Jobs::Shutdown.new(executor)
        end
      end
    end
  end
end
