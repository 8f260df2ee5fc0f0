# frozen_string_literal: true

module Karafka
  module Connection
    # The listeners of this process: one for each active subscription group.
    class ListenersBatch
      include Enumerable

      # @param jobs_queue [Processing::JobsQueue]
      def initialize(jobs_queue)
        @jobs_queue = jobs_queue
      end

      # Builds the listeners at the first call.
      #
      # @yieldparam listener [Listener]
      def each(&block)
        @listeners ||= build
        @listeners.each(&block)
      end

      # @return [Array<Listener>] those that have work or a thread; builds none
      def active
        (@listeners || []).select(&:active?)
      end

      private

      def build
        scheduler = App.config.internal.processing.scheduler_class.new(@jobs_queue)
        App.subscription_groups.flat_map do |_group, members|
          members.map { |member| Listener.new(member, @jobs_queue, scheduler) }
        end
      end
    end
  end
end
