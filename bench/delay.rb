# frozen_string_literal: true

require "securerandom"

module Bench
  # How long is a message on its way from `produce` to `consume`, at even rates?
  class Delay
    WARMUP = 4 # seconds of messages that are not counted, while the group settles

    # @param options [CommandLine::Options]
    # @param servers [String] the Kafka to run on; each topic has Programs::PARTITIONS
    def initialize(options, servers)
      @options = options
      @servers = servers
    end

    def run
      table = Table.new("Delay from produce to consume", "messages/s", "median ms", "99 % ms", "CPU ms/s")
      @options.rates.each do |rate|
        Programs.delays.each do |program|
          table << measure(program, rate) if @options.rows.match?(program.name)
        end
      end
      puts "", table
    end

    private

    def measure(program, rate)
      warn "  #{program.name} at #{rate} messages/s"
      report = paced(program, rate)
      cpu = report["cpu"] * 1_000 / @options.seconds
      figures = [report["median"], report["p99"], cpu].map { |figure| Sample.format(figure, 1) }
      [program.name, Sample.format(rate, 0), *figures]
    rescue Error => e
      warn e.message
      [program.name, Sample.format(rate, 0), *["failed"] * 3]
    end

    def paced(program, rate)
      topic = "bench-#{SecureRandom.hex(4)}"
      given = { "KAFKA" => @servers, "TOPIC" => topic, "GROUP" => topic,
                "MESSAGES" => rate * @options.seconds }
      Programs.creator.run(given)
      pace = Process.spawn(*Programs.pace(@servers, topic, rate, WARMUP, @options.seconds), out: :err)
      program.report(given, within: @options.seconds + WARMUP + 30)
    ensure
      end_pace(pace) if pace
    end

    def end_pace(pace)
      Process.kill("KILL", pace)
    ensure
      Process.wait(pace)
    end
  end
end
