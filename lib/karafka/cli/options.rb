# frozen_string_literal: true

require "optparse"

module Karafka
  class Cli
    # Flags of one command.
    class Options
      # @param command [Class] subclass of {Base}
      def initialize(command)
        @command = command
      end

      # @param argv [Array<String>] not changed
      # @return [Hash{Symbol => Object}]
      # @raise [OptionParser::ParseError]
      def parse(argv)
        given = {}
        parser = OptionParser.new("Usage: karafka #{usage}")
        @command.declared_options.each { |option| declare(parser, option, given) }
        parser.on("-h", "--help", "Prints this") { end_with(parser.help) }
        parser.parse(argv)
        given
      end

      private

      def usage
        action = @command.instance_method(:call).arity.zero? ? "" : " ACTION"
        "#{@command.name}#{action} [FLAGS]\n\n#{@command.desc}\n\n"
      end

      def declare(parser, option, given)
        name, description, type, flags = option
        parser.on(*spellings(flags, type), type, description) { |value| given[name] = value }
      end

      def spellings(flags, type)
        flags.flat_map do |flag|
          word, placeholder = flag.split(/\s+/, 2)
          placeholder ||= "NAMES" if type == Array
          [word, word.tr("_", "-")].uniq.map { |spelling| [spelling, placeholder].compact.join(" ") }
        end
      end

      def end_with(text)
        puts(text)
        exit(0)
      end
    end
  end
end
