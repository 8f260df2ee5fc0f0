# frozen_string_literal: true

module Karafka
  class Cli
    # A command. Subclasses say what they are with `desc`, `aliases` and `option`, and do it in `call`
    # (with a parameter if they have actions).
    class Base
      include Colors

      class << self
        # Loads the app: environment of Rails, then boot file.
        #
        # @raise [Errors::MissingBootFileError] there is none, and the command needs one
        def load
          Boot.new(ARGV).call
        end

        # @param desc [String, nil] sets the line of `karafka help`
        # @return [String, nil]
        def desc(desc = nil)
          @desc = desc if desc
          @desc
        end

        # @param args [Array<String, Symbol>] further names
        # @return [Array<String>]
        def aliases(*args)
          @aliases = (@aliases || []) + args.map(&:to_s)
        end

        # Declares a flag.
        #
        # @overload option(name, description, type, flags)
        #   @param name [Symbol] key in {#options}
        #   @param description [String]
        #   @param type [Class] of the value; Arrays are comma-separated, others than TrueClass need a
        #     placeholder in a flag (`"--limit LIMIT"`)
        #   @param flags [Array<String>] also understood with `-` in place of `_`
        def option(*option)
          declared_options << option
        end

        # @return [Array<Array>] what {.option} declared
        def declared_options
          @declared_options ||= []
        end

        # Parses the flags of `ARGV`, which stays as it is. `-h` prints the usage and ends the process.
        #
        # @return [Hash{Symbol => Object}] only flags that were given
        # @raise [OptionParser::ParseError]
        def parse_options
          Options.new(self).parse(ARGV)
        end

        # @return [Array<Class>] sorted by name
        def commands
          COMMANDS.each { |constant| Cli.const_get(constant) }
          Base.subclasses.select { |command| command.to_s.match?(/\A[A-Z]/) }.sort_by(&:name)
        end

        # @return [String] last part of the constant, in snake case
        def name
          to_s.split("::").last.gsub(/([a-z\d])([A-Z])/, '\1_\2').downcase
        end

        # @return [Array<String>] name and aliases
        def names
          [name, *aliases].uniq
        end
      end

      # @return [Hash{Symbol => Object}] flags that were given
      attr_reader :options

      def initialize
        @options = self.class.parse_options
      end

      # Does what the command is for.
      def call
        raise NotImplementedError, "#{self.class} needs to define `call`"
      end
    end
  end
end
