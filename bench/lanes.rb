# frozen_string_literal: true

require "securerandom"

module Bench
  # What does it cost to share messages out to lanes, and what do lanes gain where work waits?
  class Lanes
    LANES = [1, 8, 64].freeze
    ROUNDS = 40 # batches of 1,000 messages a figure
    # Messages of a run, milliseconds that each waits.
    WAITING = [1_600, 5].freeze
    MARKED = 200_000

    # @param options [CommandLine::Options]
    # @param servers [String] the Kafka to run on
    def initialize(options, servers)
      @options = options
      @servers = servers
    end

    def run
      fan_out
      waiting
      cost
    end

    private

    def fan_out
      report = Programs.fan_out.report({ "LANES" => LANES.join(","), "ROUNDS" => ROUNDS,
                                         "REPEAT" => @options.repeat })
      table = Table.new("Fan-out, CPU ns a message", *LANES.map { |count| "#{count} lane(s)" })
      report.select { |name, _| @options.rows.match?(name) }.each do |name, figures|
        table << [name, *LANES.map { |count| Sample.new(figures.fetch(count.to_s)).to_s }]
      end
      puts "", table
    end

    # The ideal is what the waiting alone takes, shared out evenly.
    def waiting
      messages, wait = WAITING
      given = filled(messages).merge("MAX" => messages, "WAIT" => wait)
      table = Table.new("#{messages} messages that wait #{wait} ms", "seconds", "ideal", "of the ideal")
      [1, 2, 4, 8, 16].each do |lanes|
        seconds = samples(given, lanes, "seconds")
        ideal = messages * wait / 1_000.0 / lanes
        table << ["#{lanes} lane(s)", seconds.to_s(3), Sample.format(ideal, 3),
                  Sample.format(ideal / seconds.median, 3)]
      end
      puts "", table
    end

    def cost
      given = filled(MARKED).merge("MAX" => 1_000, "WAIT" => 0)
      table = Table.new("each { mark_as_consumed }, by key", "CPU us/message", "more than the plain batch")
      plain = nil
      { "plain batch" => 0, "1 lane" => 1, "8 lanes" => 8, "16 lanes" => 16 }.each do |name, lanes|
        cpu = samples(given, lanes, "cpu") { |seconds| seconds / MARKED * 1e6 }
        plain ||= cpu.median
        table << [name, cpu.to_s(2), Sample.format(cpu.median - plain, 2)]
      end
      puts "", table
    end

    def samples(given, lanes, figure, &block)
      Sample.new(Array.new(@options.repeat) do |round|
        warn "  #{given["MESSAGES"]} messages, #{lanes} lanes (#{round + 1} of #{@options.repeat})"
        group = "bench-#{SecureRandom.hex(6)}"
        found = Programs.lanes.report(given.merge("LANES" => lanes, "GROUP" => group)).fetch(figure)
        block ? block.call(found) : found
      end)
    end

    def filled(messages)
      given = { "KAFKA" => @servers, "TOPIC" => "bench-#{SecureRandom.hex(4)}", "MESSAGES" => messages }
      Programs.one_partition.run(given)
      Programs.lanes.run(given.merge("FILL" => 1, "MAX" => 1, "WAIT" => 0, "LANES" => 0, "GROUP" => "none"))
      given
    end
  end
end
