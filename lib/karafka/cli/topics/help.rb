# frozen_string_literal: true

module Karafka
  class Cli
    class Topics
      # Describes the actions.
      class Help < Base
        ACTIONS = {
          "align" => "Gives existing topics the settings that are declared",
          "create" => "Creates declared topics that do not exist",
          "delete" => "Deletes declared topics, with all their messages",
          "health" => "Looks for topics that the loss of a broker would hurt",
          "help" => "Describes the actions",
          "migrate" => "Creates, repartitions and aligns",
          "plan" => "Prints what migrate would do",
          "repartition" => "Adds partitions where more are declared",
          "reset" => "Deletes declared topics, with all their messages, and creates them anew"
        }.freeze
        private_constant :ACTIONS

        # @return [false]
        def call
          width = ACTIONS.keys.map(&:size).max
          puts "Karafka topics actions:"
          ACTIONS.each { |action, text| puts "  #{action.ljust(width)}    # #{text}" }
          puts
          puts "With --detailed-exitcode: 2 if something changed (plan: would change), else 0."
          false
        end
      end
    end
  end
end
