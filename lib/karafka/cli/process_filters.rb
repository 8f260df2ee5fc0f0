# frozen_string_literal: true

module Karafka
  class Cli
    # Flags that say what a process consumes, and their way into the activity manager. What they name
    # is checked when the process starts, before anything is subscribed.
    module ProcessFilters
      # Kind of name => how a description calls it.
      KINDS = {
        consumer_groups: "consumer groups",
        subscription_groups: "subscription groups",
        topics: "topics"
      }.freeze
      # Short flags.
      SHORT = { consumer_groups: ["-g"] }.freeze
      private_constant :KINDS, :SHORT

      class << self
        # @param command [Class] gets the flags
        def declare(command)
          KINDS.each do |kind, text|
            flags = [*SHORT[kind], "--#{kind}", "--include_#{kind}"]
            command.option(kind, "Runs only these #{text}", Array, flags)
            command.option(:"exclude_#{kind}", "Does not run these #{text}", Array, ["--exclude_#{kind}"])
          end
        end

        # @param options [Hash{Symbol => Object}] of the command
        # @param manager [Routing::ActivityManager]
        def include(options, manager)
          KINDS.each_key { |kind| options.fetch(kind, []).each { |name| manager.include(kind, name) } }
        end

        # @param options [Hash{Symbol => Object}] of the command
        # @param manager [Routing::ActivityManager]
        def exclude(options, manager)
          KINDS.each_key do |kind|
            options.fetch(:"exclude_#{kind}", []).each { |name| manager.exclude(kind, name) }
          end
        end
      end
    end
  end
end
