# frozen_string_literal: true

require_relative "arguments"

module Demo
  # What bin/demo is told.
  class CommandLine
    Options = Struct.new(:kafka, :seconds, :rate, :partitions, keyword_init: true)

    TEXT = <<~HELP
      Usage: bin/demo [--seconds N] [--rate N] [--partitions N] [--kafka HOST:PORT]
             bin/demo lanes [...]   one partition with one lane and with eight; has a --help of its own

      Builds the library if needed, starts a broker inside this process, produces a stream of orders to
      it (never faster than they are consumed) and consumes them with an ordinary app, examples/demo.
      Shows what happens as it happens; Ctrl-C stops. In the end it counts: the exit code is 1 if an
      order was lost or came twice.

    HELP
    private_constant :TEXT

    # @param arguments [Array<String>]
    # @return [Options]; ends the process for --help and for what it does not know
    def self.parse(arguments)
      Options.new(partitions: 4).tap do |options|
        Arguments.read(arguments, "bin/demo", TEXT) { |parser| describe(parser, options) }
      end
    end

    def self.describe(parser, options)
      { seconds: [Float, "stop by itself after N seconds"], rate: [Integer, "at most N orders a second"],
        partitions: [Integer, "partitions of the topic (4)"] }.each do |name, (kind, text)|
        parser.on("--#{name} N", kind, text) { |number| options[name] = Arguments.positive(number) }
      end
      parser.on("--kafka HOST:PORT", "a real Kafka instead of the broker inside; a topic and a group",
                "of their own are made there and deleted in the end") { |at| options.kafka = at }
    end
    private_class_method :describe
  end
end
