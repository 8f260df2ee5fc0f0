# frozen_string_literal: true

module Karafka
  class Cli
    # `karafka topics ACTION`: brings the topics of the cluster to what the app declares.
    class Topics < Base
      autoload :Align, "karafka/cli/topics/align"
      autoload :Base, "karafka/cli/topics/base"
      autoload :ConfigChanges, "karafka/cli/topics/config_changes"
      autoload :Create, "karafka/cli/topics/create"
      autoload :Delete, "karafka/cli/topics/delete"
      autoload :Health, "karafka/cli/topics/health"
      autoload :Help, "karafka/cli/topics/help"
      autoload :Migrate, "karafka/cli/topics/migrate"
      autoload :Plan, "karafka/cli/topics/plan"
      autoload :Repartition, "karafka/cli/topics/repartition"
      autoload :Reset, "karafka/cli/topics/reset"

      desc "Creates, changes and inspects the topics that the app declares"
      option(
        :detailed_exitcode,
        "Exits with 2 if something changed (plan: would change), with 0 if nothing did",
        TrueClass,
        %w[--detailed_exitcode]
      )

      # Action => constant.
      ACTIONS = %i[Align Create Delete Health Help Migrate Plan Repartition Reset].to_h do |constant|
        [constant.to_s.downcase, constant]
      end.freeze
      # Exit code of changes with `--detailed-exitcode`.
      CHANGED = 2
      private_constant :ACTIONS, :CHANGED

      # @param action [String]
      # @raise [Errors::UnrecognizedCommandError] no such action
      def call(action = "help")
        constant = ACTIONS.fetch(action) do
          raise Errors::UnrecognizedCommandError, "unknown action `#{action}`, see `karafka topics help`"
        end
        changed = self.class.const_get(constant).new.call
        exit(changed ? CHANGED : 0) if options[:detailed_exitcode]
      end

      # @return [Hash{Symbol => Object}] settings of the one cluster that is managed
      def kafka_config
        App.config.kafka
      end
    end
  end
end
