# frozen_string_literal: true

require "optparse"

module Demo
  # How the demos read what they are told.
  module Arguments
    # Ends the process for --help and for what the parser does not know.
    #
    # @param arguments [Array<String>]
    # @param program [String] that names itself in errors
    # @param text [String] above the options in --help
    # @yieldparam parser [OptionParser] which gets the options
    def self.read(arguments, program, text)
      parser = OptionParser.new(text, 22)
      yield parser
      parser.on("-h", "--help", "this text") do
        puts parser
        exit
      end
      rest = parser.parse(arguments)
      raise OptionParser::NeedlessArgument, rest.join(" ") if rest.any?
    rescue OptionParser::ParseError => e
      warn "#{program}: #{e.message}", "", parser.to_s
      exit 2
    end

    # @param number [Numeric]
    # @return [Numeric] the same
    # @raise [OptionParser::InvalidArgument] it is not above zero
    def self.positive(number)
      raise OptionParser::InvalidArgument, "must be above 0" unless number.positive?

      number
    end
  end
end
