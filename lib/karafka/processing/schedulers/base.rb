# frozen_string_literal: true

module Karafka
  module Processing
    module Schedulers
      # What the listeners call. One scheduler serves all of them, so each `on_` method holds a lock
      # around the plain one, which subclasses define.
      class Base
        # @return [JobsQueue]
        attr_reader :queue

        # @param queue [JobsQueue]
        def initialize(queue)
          @queue = queue
          @mutex = Mutex.new
        end

        # Runs of `consume`.
        #
        # @param jobs [Array<Jobs::Consume>]
        def schedule_consumption(jobs)
          raise NotImplementedError, "#{self.class} must define schedule_consumption(#{jobs.size} jobs)"
        end

        # @param jobs [Array<Jobs::Base>]
        def schedule_revocation(jobs)
          jobs.each { |job| @queue << job }
        end
        alias schedule_shutdown schedule_revocation
        alias schedule_idle schedule_revocation
        alias schedule_eofed schedule_revocation
        alias schedule_periodic schedule_revocation

        # Called by each listener about every tick while jobs run.
        def manage; end

        # The jobs of a group are no more.
        #
        # @param _group_id [String] of the subscription group
        def clear(_group_id); end

        %w[consumption revocation shutdown idle eofed periodic].each do |kind|
          schedule = :"schedule_#{kind}"
          define_method(:"on_schedule_#{kind}") do |jobs|
            @mutex.synchronize { public_send(schedule, jobs) }
          end
        end

        # (see #manage)
        def on_manage
          @mutex.synchronize { manage }
        end

        # (see #clear)
        def on_clear(group_id)
          @mutex.synchronize { clear(group_id) }
        end
      end
    end
  end
end
