# frozen_string_literal: true

module TestRun
  # What `bin/test` runs, in this order: the quick checks first.
  class Steps
    # name => what it does, for --help and as a headline
    ALL = {
      "lengths" => "No source file is longer than it may be",
      "rubocop" => "RuboCop",
      "fmt" => "cargo fmt --check",
      "compile" => "Compile the Rust core",
      "clippy" => "cargo clippy, warnings denied",
      "engine" => "Tests of the Rust crates",
      "fuzz" => "Fuzz whatever reads foreign bytes",
      "unit" => "Specs without a broker",
      "integration" => "Specs on a real Kafka",
      "leaks" => "The producer's tests of the core under Valgrind, which has to be installed",
      "package" => "Build the gem, install it into an empty folder"
    }.freeze

    # What takes long and is not needed at every run.
    ON_REQUEST = %w[leaks package].freeze

    # A tree of its own, where librdkafka is on the C library's allocator: Valgrind knows no other.
    PLAIN = { "CPPFLAGS" => "", "CXXFLAGS" => "", "CARGO_TARGET_DIR" => "target/plain" }.freeze

    # A leak fails the run; suppressed is what the tests' broker leaks by itself.
    VALGRIND = %w[valgrind --quiet --leak-check=full --show-leak-kinds=definite
                  --errors-for-leak-kinds=definite --error-exitcode=9].freeze

    # @param jobs [Integer] spec processes at a time
    # @param files [Array<String>] spec files or folders to run instead of all
    # @param fuzz_seconds [Integer] how long each fuzz target runs
    def initialize(jobs:, files: [], fuzz_seconds: Fuzz::SECONDS)
      @jobs = jobs
      @files = files
      @fuzz_seconds = fuzz_seconds
    end

    # @param name [String] a key of ALL
    # @return [Tally]
    def run(name) = send(name)

    private

    def lengths = Lengths.check
    def rubocop = check("rubocop", "--format", "simple")
    def fmt = check("cargo", "fmt", "--all", "--check")
    def compile = check("rake", "compile")
    def clippy = check(*%w[cargo clippy --locked --release --workspace --all-targets -- -D warnings])
    def engine = Tally.read(Program.run(*%w[cargo test --locked --release --workspace --no-fail-fast]))
    def fuzz = Fuzz.new(seconds: @fuzz_seconds).check
    def package = Package.check

    def leaks
      suppressions = File.join(ROOT, "ext/engine/tests/valgrind.supp")
      runner = [*VALGRIND, "--suppressions=#{suppressions}"].inspect
      test = %w[test --locked --release --package karafka-engine --test producer -- --test-threads 1]
      command = ["cargo", "--config", "target.'cfg(unix)'.runner = #{runner}", *test]
      Tally.read(Program.run(*command, environment: PLAIN))
    end

    def unit = UnitSpecs.new(files("spec/unit"), jobs: @jobs).run

    def integration
      ParallelSpecs.new(files("spec/integration", "spec/compatibility"), jobs: @jobs).run
    end

    def files(*folders)
      @files.empty? ? folders : @files.select { |file| folders.any? { |folder| file.start_with?(folder) } }
    end

    def check(*command) = Tally.of(Program.run(*command))
  end
end
