# frozen_string_literal: true

require "securerandom"

module Bench
  # What does an empty job cost, to enqueue and to run, beside Active Job's own async adapter? And what
  # do the testing helpers cost a spec?
  class Jobs
    # @param options [CommandLine::Options]
    # @param servers [String] the Kafka to run on
    def initialize(options, servers)
      @options = options
      @servers = servers
    end

    def run
      print_table("Active Job, #{@options.jobs} empty jobs", ["jobs/s", "CPU us/job"], jobs) do |rows|
        [sample(rows) { |row| row["messages"] / row["seconds"] }.to_s,
         sample(rows) { |row| row["cpu"] / row["messages"] * 1e6 }.to_s(1)]
      end
      print_table("Testing helpers", ["ms a spec", "CPU ms a spec"], helpers) do |rows|
        %w[seconds cpu].map { |name| sample(rows) { |row| row[name] / row["messages"] * 1e3 }.to_s(3) }
      end
    end

    private

    def sample(rows, &block) = Sample.new(rows.map(&block))

    # @return [Hash{String => Array<Hash>}] the running rows read what the enqueuing ones wrote
    def jobs
      rounds do
        given = { "KAFKA" => @servers, "TOPIC" => "bench-#{SecureRandom.hex(4)}",
                  "MESSAGES" => @options.jobs }
        Programs.one_partition.run(given)
        [Programs.jobs, given]
      end
    end

    def helpers
      rounds { [Programs.helpers, { "MESSAGES" => @options.specs }] }
    end

    def rounds
      reports = Hash.new { |all, name| all[name] = [] }
      @options.repeat.times do |round|
        programs, given = yield
        programs.each { |program| measure(program, given, reports[program.name], round) }
      end
      reports
    end

    # A row that fails says so and does not end the bench.
    def measure(program, given, reports, round)
      warn "  #{program.name} (#{round + 1} of #{@options.repeat})"
      reports << program.report(given)
    rescue Error => e
      warn e.message
    end

    def print_table(title, figures, reports)
      table = Table.new(title, *figures, "peak MB")
      reports.each do |name, rows|
        table << (rows.empty? ? [name, *["failed"] * 3] : [name, *yield(rows), peak(rows)])
      end
      puts "", table
    end

    def peak(rows) = Sample.format(sample(rows) { |row| row["rss"] }.median, 0)
  end
end
