# frozen_string_literal: true

require "set"

module Karafka
  module Routing
    # The routes of an app: its consumer groups, in the order of drawing.
    class Builder < Array
      # Defaults until some are given.
      NO_DEFAULTS = proc {}.freeze

      def initialize
        super
        @drawing = Mutex.new
        @defaults = NO_DEFAULTS
        @told = Set.new
      end

      # Adds what the block describes, checks all routes and builds connections for what is new.
      # Routes that were refused stay, so that no later draw hides them, until {#clear}.
      #
      # @return [Builder] self
      # @raise [Errors::InvalidConfigurationError] naming path and reason
      # @raise [ThreadError] inside another draw
      def draw(&block)
        @drawing.synchronize { evaluate(&block) }
        self
      end

      # Forgets the routes, not the defaults, and draws again.
      #
      # @return [Builder] self
      def redraw(&block)
        @drawing.synchronize do
          replace([])
          evaluate(&block)
        end
        self
      end

      # Forgets routes and defaults. Declarations of topics and the counters of names and
      # positions go on.
      #
      # @return [Builder] self
      def clear
        @drawing.synchronize do
          @defaults = NO_DEFAULTS
          @told.clear
          super
        end
      end

      # Options of each topic declared later, for what that topic does not say itself.
      #
      # @return [Proc] the current defaults
      def defaults(&block)
        @defaults = block if block
        @defaults
      end

      # @return [Array<ConsumerGroup>] those this process runs
      def active
        select(&:active?)
      end

      # @return [String] group of topics drawn outside of any
      def default_group_id
        App.config.group_id
      end

      private

      def evaluate(&block)
        Proxy.new(Draw.new(self), &block)
        Validation.call(self)
        DeadLetterLoops.new(self).tell(@told)
        PassingGroupIds.new(self).tell(@told)
        each { |group| group.topics.each(&:settle) }
        each(&:build)
      end
    end
  end
end
