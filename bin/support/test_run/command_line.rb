# frozen_string_literal: true

require "etc"
require "optparse"

module TestRun
  # The words behind `bin/test`, the headlines, and the closing line.
  class CommandLine
    # Failed tests of a step that are named at the end.
    MOST_TOLD = 20

    def initialize(arguments)
      @arguments = arguments
      @only = nil
      @extra = []
      @jobs = Etc.nprocessors
      @fuzz_seconds = Fuzz::SECONDS
      $stdout.sync = true
    end

    # @return [Integer] exit code: 0 when all passed, 1 when not, 2 for wrong usage
    def run
      files = parser.parse(@arguments)
      return puts(parser.help) || 0 if @help

      names = chosen(files)
      steps = Steps.new(jobs: @jobs, files:, fuzz_seconds: @fuzz_seconds)
      close(names.to_h { |name| [name, measure(name, steps)] })
    rescue OptionParser::ParseError => e
      warn "test: #{e.message}", "See bin/test --help"
      2
    end

    private

    def parser
      @parser ||= OptionParser.new do |words|
        words.banner = "Usage: bin/test [options] [spec files or folders]"
        describe(words)
        words.on("--only STEPS", Array, "only these steps, separated by commas") { |names| @only = names }
        words.on("--leaks", "also the step `leaks`") { @extra << "leaks" }
        words.on("--package", "also the step `package`") { @extra << "package" }
        words.on("--jobs N", Integer, "spec processes at a time (#{@jobs})") { |jobs| @jobs = jobs }
        words.on("--fuzz-seconds N", Integer, "of a fuzz target (#{@fuzz_seconds})") { |n| @fuzz_seconds = n }
        words.on("-h", "--help", "this text") { @help = true }
      end
    end

    def describe(words)
      words.separator("\nRuns every check and test. Steps:")
      Steps::ALL.each { |name, text| words.separator("  #{name.ljust(13)}#{text}") }
      words.separator("\nA Kafka is started for the specs; KARAFKA_SPEC_KAFKA=HOST:PORT uses another.")
      words.separator("\nOptions:")
    end

    def chosen(files)
      return @only.each { |name| refuse(name) unless Steps::ALL.key?(name) } if @only
      return Steps::ALL.keys - Steps::ON_REQUEST + @extra if files.empty?

      ["compile", *%w[unit integration].select { |name| files.any? { |file| wanted?(file, name) } }]
    end

    def wanted?(file, name) = file.start_with?("spec/unit") == (name == "unit")

    def refuse(name) = raise(OptionParser::InvalidArgument, "#{name} (steps: #{Steps::ALL.keys.join(", ")})")

    def measure(name, steps)
      puts "\n== #{name}: #{Steps::ALL.fetch(name)}"
      started = TestRun.now
      tally = steps.run(name)
      [tally, (TestRun.now - started).round]
    end

    def close(results)
      puts "\n== Summary"
      results.each do |name, (tally, seconds)|
        puts "  #{tally.good? ? "ok    " : "FAILED"} #{name.ljust(13)}#{tally} (#{seconds} s)"
      end
      tell(results)
      total = results.values.map(&:first).reduce(Tally.none, :+)
      puts "", "total: #{total}"
      total.good? ? 0 : 1
    end

    # Once more at the end, as a record of the run may hold no more than its last lines.
    def tell(results)
      results.each do |name, (tally, _)|
        next if tally.good?

        puts "", "failed in #{name}:"
        puts(tally.told.first(MOST_TOLD).map { |text| text.gsub(/^/, "  ") })
        puts "  and #{tally.told.size - MOST_TOLD} more" if tally.told.size > MOST_TOLD
      end
    end
  end
end
