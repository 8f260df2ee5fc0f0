# frozen_string_literal: true

require "fileutils"

module TestRun
  # Builds the fuzz targets of `ext/engine/fuzz` and runs each for a while, two at a time. Coverage-guided by
  # libFuzzer on stable Rust: the compiler's own pass counts branches and comparisons; no sanitizer takes
  # part, so what is found are panics, overflows, broken promises, and inputs that take too long.
  #
  # What a target learned stays in `corpus/`, git-ignored; an input that broke it in `artifacts/`. Built
  # targets run alone as well: `target/*/release/json artifacts/json/crash-...` repeats a find.
  class Fuzz
    FOLDER = File.join(ROOT, "ext/engine/fuzz")
    TARGETS = Dir["#{FOLDER}/fuzz_targets/*.rs"].map { |path| File.basename(path, ".rs") }.sort.freeze
    COVERAGE = %w[level=4 inline-8bit-counters pc-table trace-compares].freeze
    FLAGS = ["--cfg fuzzing", "-Cpasses=sancov-module",
             *COVERAGE.map { |part| "-Cllvm-args=-sanitizer-coverage-#{part}" }, "-Ccodegen-units=1"]
            .join(" ").freeze
    # Seconds for one input, megabytes for all, bytes of an input.
    LIMITS = %w[-timeout=10 -rss_limit_mb=2048 -max_len=4096].freeze
    SECONDS = 60
    # At a time.
    JOBS = 2

    # @param seconds [Integer] how long each target runs
    # @param targets [Array<String>]
    # @param folder [String] where `corpus` and `artifacts` are
    def initialize(seconds: SECONDS, targets: TARGETS, folder: FOLDER)
      @seconds = seconds
      @targets = targets
      @folder = folder
      @printing = Mutex.new
    end

    # @return [Tally] one test a target
    def check
      built = build
      return Tally.of(built) unless built.good

      run { |target| ["nice", File.join(@folder, "target", host, "release", target)] }
    end

    # @yieldparam target [String]
    # @yieldreturn [Array<String>] its program
    # @return [Tally]
    def run(&program)
      waiting = @targets.each_with_object(Queue.new) { |target, queue| queue << target }.close
      threads = Array.new(JOBS) { Thread.new { work(waiting, program) } }
      threads.flat_map(&:value).reduce(Tally.none, :+)
    end

    private

    # With `--target`, as the flags are then not those of build scripts and macros.
    def build
      Program.run("cargo", "build", "--locked", "--release", "--target", host,
                  "--manifest-path", File.join(@folder, "Cargo.toml"), environment: { "RUSTFLAGS" => FLAGS })
    end

    def host = @host ||= Program.run("rustc", "-vV", echo: nil).output[/^host: (.+)$/, 1]

    def work(waiting, program)
      tallies = []
      while (target = waiting.pop)
        tallies << tell(target, fuzz(target, program.call(target)))
      end
      tallies
    end

    def fuzz(target, program)
      corpus, artifacts = %w[corpus artifacts].map { |name| File.join(@folder, name, target) }
      FileUtils.mkdir_p([corpus, artifacts])
      Program.run(*program, "-max_total_time=#{@seconds}", *LIMITS, "-artifact_prefix=#{artifacts}/", corpus,
                  echo: nil, within: @seconds + 300)
    end

    # A target that broke is told with the input that broke it.
    def tell(target, ended)
      input = ended.output[/Test unit written to (\S+)/, 1]
      done = ended.output[/^Done (\d+ runs)/, 1]
      good = ended.good && done
      @printing.synchronize do
        puts "#{good ? "ok    " : "FAILED"} #{target}: #{good ? done : ended.how}"
        puts ended.output.lines.last(40) unless good
      end
      good ? Tally.new(1, 0, 0, []) : Tally.new(0, 1, 0, ["#{target}: #{input || ended.how || "no run"}"])
    end
  end
end
