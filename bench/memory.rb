# frozen_string_literal: true

require "securerandom"

module Bench
  # Does memory stay where it is while a producer works for long?
  class Memory
    # Where memory is read, as parts of all messages.
    PARTS = 4

    # @param options [CommandLine::Options]
    # @param servers [String] the Kafka to run on; each topic has Programs::PARTITIONS
    def initialize(options, servers)
      @options = options
      @servers = servers
    end

    def run
      steps = (1..PARTS).map { |part| "MB after #{Sample.format(@options.soak * part / PARTS / 1e6, 1)} M" }
      table = Table.new("Resident memory while producing", *steps, "peak MB")
      Programs.soaks.each do |program|
        table << row(program) if @options.rows.match?(program.name)
      end
      puts "", table
    end

    private

    def row(program)
      warn "  #{program.name}, #{@options.soak} messages"
      report = program.report(topic, within: 1_800)
      [program.name, *report["memory"].map { |mb| Sample.format(mb, 0) }, Sample.format(report["rss"], 0)]
    rescue Error => e
      warn e.message
      [program.name, *["failed"] * (PARTS + 1)]
    end

    def topic
      given = { "KAFKA" => @servers, "TOPIC" => "bench-#{SecureRandom.hex(4)}",
                "MESSAGES" => @options.soak, "SIZE" => @options.bytes, "PARTS" => PARTS }
      given.tap { Programs.creator.run(given) }
    end
  end
end
