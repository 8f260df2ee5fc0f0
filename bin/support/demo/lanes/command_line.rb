# frozen_string_literal: true

require_relative "../arguments"

module Demo
  module Lanes
    # What `bin/demo lanes` is told.
    class CommandLine
      Options = Struct.new(:kafka, :payments, :lanes, :work, keyword_init: true)

      TEXT = <<~HELP
        Usage: bin/demo lanes [--payments N] [--lanes N] [--work MS] [--kafka HOST:PORT]

        One partition, worked off twice by the app in examples/lanes: by one lane, then by eight. A payment
        takes 10 ms in which no CPU is needed, as if a bank had to answer, and one of them can never be made:
        it goes to the dead letters. Shows lanes and committed offset; Ctrl-C stops. In the end it counts:
        the exit code is 1 if a payment was lost, was made twice or overtook one of the same customer.

      HELP
      private_constant :TEXT

      # @param arguments [Array<String>] without "lanes"
      # @return [Options]; ends the process for --help and for what it does not know
      def self.parse(arguments)
        Options.new(payments: 1_600, lanes: 8, work: 10).tap do |options|
          Arguments.read(arguments, "bin/demo lanes", TEXT) { |parser| describe(parser, options) }
        end
      end

      def self.describe(parser, options)
        { payments: ["N", "how many (1600)"], lanes: ["N", "of the second turn (8)"],
          work: ["MS", "that a payment takes (10)"] }.each do |name, (value, text)|
          parser.on("--#{name} #{value}", Integer, text) do |number|
            options[name] = Arguments.positive(number)
          end
        end
        parser.on("--kafka HOST:PORT", "a real Kafka instead of a broker inside; topics and groups of",
                  "their own are made there and deleted in the end") { |at| options.kafka = at }
      end
      private_class_method :describe
    end
  end
end
