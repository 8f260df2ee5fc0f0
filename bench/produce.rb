# frozen_string_literal: true

module Bench
  # What producing costs: at full speed, and one message at a time.
  class Produce < Throughput
    def run
      table("Producing with keys", wanted(Programs.producers)) { |program| program.report(new_topic) }
      one_by_one
    end

    private

    def one_by_one
      delays = Table.new("One message, until it is acknowledged", "median ms", "99 % ms", "CPU us/message")
      Programs.acknowledgements.each do |program|
        rows = Array.new(@options.repeat) { |round| measured(program, round) }.compact
        delays << [program.name, *(rows.empty? ? ["failed"] * 3 : delay_cells(rows))]
      end
      puts "", delays
    end

    def measured(program, round)
      reports = []
      measure(program, reports, round) { program.report(new_topic.merge("MESSAGES" => @options.synchronous)) }
      reports.first
    end

    def delay_cells(rows)
      median, p99 = %w[median p99].map { |name| Sample.new(rows.map { |row| row[name] }).to_s(2) }
      [median, p99, Sample.new(rows.map { |row| row["cpu"] / row["messages"] * 1e6 }).to_s(0)]
    end
  end
end
