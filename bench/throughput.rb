# frozen_string_literal: true

require "securerandom"

module Bench
  # How many messages a second, and at which cost? Every row runs several times, in turns, so that
  # a slow moment of the machine does not hit one row alone.
  class Throughput
    # @param options [CommandLine::Options]
    # @param servers [String] the Kafka to run on; each topic has Programs::PARTITIONS
    def initialize(options, servers)
      @options = options
      @servers = servers
    end

    def run
      filled = fill
      @options.batches.each { |max| consume(filled, max) }
    end

    private

    def fill
      given = new_topic
      warn "Filling #{given["TOPIC"]} with #{@options.messages} messages of #{@options.bytes} bytes"
      Programs.filler.run(given)
      given
    end

    def consume(filled, max)
      table("Consuming, max_messages #{max}", wanted(Programs.consumers)) do |program|
        program.report(filled.merge("MAX" => max, "GROUP" => "bench-#{SecureRandom.hex(6)}"))
      end
    end

    def new_topic
      given = { "KAFKA" => @servers, "TOPIC" => "bench-#{SecureRandom.hex(4)}",
                "MESSAGES" => @options.messages, "SIZE" => @options.bytes }
      given.tap { Programs.creator.run(given) }
    end

    def wanted(programs)
      programs.take(1) + programs.drop(1).select do |program|
                           @options.rows.match?(program.name)
                         end
    end

    def table(title, programs, &block)
      reports = programs.to_h { |program| [program.name, []] }
      @options.repeat.times do |round|
        programs.each { |program| measure(program, reports[program.name], round, &block) }
      end
      print_table(title, reports)
    end

    # A row that fails says so and does not end the bench.
    def measure(program, reports, round)
      warn "  #{program.name} (#{round + 1} of #{@options.repeat})"
      reports << yield(program)
    rescue Error => e
      warn e.message
    end

    def print_table(title, reports)
      table = Table.new(title, "messages/s", "CPU us/message", "x limit (CPU)", "x limit (speed)", "peak MB")
      limit = figures(reports.values.first)
      reports.each do |name, rows|
        table << (rows.empty? ? [name, *["failed"] * 5] : cells(name, figures(rows), limit))
      end
      puts "", table
    end

    def figures(rows)
      { speed: Sample.new(rows.map { |row| row["messages"] / row["seconds"] }),
        cpu: Sample.new(rows.map { |row| row["cpu"] / row["messages"] * 1e6 }),
        rss: Sample.new(rows.map { |row| row["rss"] }) }
    end

    def cells(name, row, limit)
      [name, row[:speed].to_s, row[:cpu].to_s(2),
       Sample.format(row[:cpu].median / limit[:cpu].median, 2),
       Sample.format(row[:speed].median / limit[:speed].median, 2), Sample.format(row[:rss].median, 0)]
    end
  end
end
