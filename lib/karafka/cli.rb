# frozen_string_literal: true

module Karafka
  # The command line, `karafka COMMAND [ACTION] [FLAGS]`. Commands are the direct subclasses of
  # {Base}; other gems add theirs by defining one.
  class Cli
    autoload :Base, "karafka/cli/base"
    autoload :Boot, "karafka/cli/boot"
    autoload :Colors, "karafka/cli/colors"
    autoload :Console, "karafka/cli/console"
    autoload :Doctor, "karafka/cli/doctor"
    autoload :Help, "karafka/cli/help"
    autoload :Info, "karafka/cli/info"
    autoload :Install, "karafka/cli/install"
    autoload :Options, "karafka/cli/options"
    autoload :ProcessFilters, "karafka/cli/process_filters"
    autoload :Server, "karafka/cli/server"
    autoload :Topics, "karafka/cli/topics"

    # Constants of the commands that ship with the framework, in no order.
    COMMANDS = %i[Console Doctor Help Info Install Server Topics].freeze
    # Commands of the original that this version does not have.
    ABSENT = %w[swarm parallel_segments].freeze
    # Words that ask for the overview or the version, before any command.
    OVERVIEW = [nil, "-h", "--help"].freeze
    VERSION_FLAGS = %w[-v --version].freeze
    private_constant :ABSENT, :OVERVIEW, :VERSION_FLAGS

    class << self
      # Runs the command that `ARGV` names. Leaves `ARGV` as it is.
      #
      # @raise [Errors::UnrecognizedCommandError] no such command
      # @raise [OptionParser::ParseError] a flag the command does not know, or without its value
      # @raise [ArgumentError] an action for a command that has none
      def start
        name = ARGV.first
        return puts(version) if VERSION_FLAGS.include?(name)

        return Help.overview if OVERVIEW.include?(name)

        # Flags are parsed by `new`, before anything is done: a bad one leaves no half a command behind.
        find(name).new.call(*action)
      end

      private

      def find(name)
        command = Base.commands.find { |one| one.names.include?(name) }
        return command if command

        absent = "`karafka #{name}` is not part of this version of karafka-native"
        unknown = "unknown command `#{name}`, see `karafka help`"
        raise Errors::UnrecognizedCommandError, ABSENT.include?(name) ? absent : unknown
      end

      def action
        word = ARGV[1]
        word.nil? || word.start_with?("-") ? [] : [word]
      end

      def version
        "karafka-native #{NATIVE_VERSION} (API of Karafka #{VERSION})"
      end
    end
  end
end
