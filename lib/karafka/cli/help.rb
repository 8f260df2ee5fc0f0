# frozen_string_literal: true

module Karafka
  class Cli
    # `karafka help`
    class Help < Base
      desc "Describes the commands"

      class << self
        # Prints all commands with their descriptions.
        def overview
          commands = Base.commands.reject { |command| command.desc.nil? }
          width = commands.map { |command| command.name.size }.max
          puts "Karafka commands:"
          commands.each { |command| puts "  #{command.name.ljust(width)}    # #{command.desc}" }
        end
      end

      # Prints all commands with their descriptions.
      def call
        self.class.overview
      end
    end
  end
end
