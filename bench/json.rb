# frozen_string_literal: true

require "etc"

module Bench
  # What does it cost to read the JSON of a message? Every row runs several times, in turns, on one core
  # and on two; the programs make their own batches, no broker is needed.
  class Json
    # Bytes of a document => messages of a batch, batches of a run.
    SIZES = { 200 => [1_000, 60], 2_048 => [1_000, 20], 65_536 => [100, 8] }.freeze
    RUBY = "JSON.parse"
    # Name of a row => KIND of the program.
    KINDS = { RUBY => "json", "Oj.load, strict" => "oj", "karafka-native: payload" => "native",
              "karafka-native: payload_at" => "pointer" }.freeze

    # @param options [CommandLine::Options]
    def initialize(options)
      @options = options
    end

    def run
      SIZES.each_key do |size|
        [1, 2].each { |cores| table(size, cores) if Etc.nprocessors >= cores }
      end
    end

    private

    def table(size, cores)
      reports = kinds.keys.to_h { |name| [name, []] }
      @options.repeat.times do |round|
        kinds.each do |name, kind|
          warn "  #{size} bytes, #{cores} cores: #{name} (#{round + 1} of #{@options.repeat})"
          reports[name] << report(name, kind, size, cores)
        end
      end
      print_table(reports, size, cores)
    end

    # JSON.parse always takes part: it is what the others are compared with.
    def kinds
      @kinds ||= KINDS.select do |name, kind|
        name == RUBY || (@options.rows.match?(name) && (kind != "oj" || Programs.installed?("oj")))
      end
    end

    def report(name, kind, size, cores)
      messages, rounds = SIZES.fetch(size)
      pinned = ["taskset", "--cpu-list", cores == 1 ? "0" : "0,1"]
      Program.new(name, [*pinned, *Programs.own, "#{Programs::FOLDER}/json.rb"])
             .report({ "KIND" => kind, "SIZE" => size, "MESSAGES" => messages, "ROUNDS" => rounds })
    end

    def print_table(reports, size, cores)
      bytes = reports.values.first.first["bytes"]
      title = "#{bytes} bytes of JSON, batches of #{SIZES.fetch(size).first}, #{cores} core(s)"
      table = Table.new(title, "us/message", "CPU us/message", "x JSON.parse", "x JSON.parse (CPU)")
      ruby = figures(reports.fetch(RUBY))
      reports.each { |name, rows| table << cells(name, figures(rows), ruby) }
      puts "", table
    end

    def cells(name, row, ruby)
      [name, row[0].to_s(2), row[1].to_s(2),
       *row.zip(ruby).map { |own, compared| Sample.format(compared.median / own.median, 2) }]
    end

    # Time and CPU of a message.
    def figures(rows) = %w[wall cpu].map { |key| Sample.new(rows.map { |row| row[key] }) }
  end
end
