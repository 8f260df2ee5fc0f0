# frozen_string_literal: true

require "etc"
require "securerandom"

module TestRun
  # Runs each spec file in a process of its own, several at a time, against one Kafka that is
  # started for the run. A file's output is printed when the file is through.
  class ParallelSpecs
    # Seconds after which a spec file is killed.
    WITHIN = 900

    # @param patterns [Array<String>] folders or files
    # @param jobs [Integer] files at a time
    def initialize(patterns, jobs: Etc.nprocessors)
      @files = patterns.flat_map { |path| path.end_with?(".rb") ? path : Dir["#{path}/**/*_spec.rb"] }
      @jobs = jobs
      @tally = Tally.none
      @printing = Mutex.new
    end

    # @return [Tally]
    def run
      return nothing if @files.empty?

      with_kafka do |environment|
        files = Queue.new
        longest_first.each { |file| files << file }
        files.close
        Array.new(@jobs) { Thread.new { work(files, environment) } }.each(&:join)
      end
      @tally
    end

    private

    def nothing
      puts "no spec file"
      Tally.none
    end

    # So that none is left alone at the end. Specs that are made from a table take long for their size.
    def longest_first
      @files.sort_by { |file| [file.include?("compatibility") ? 0 : 1, -File.size(file)] }
    end

    def work(files, environment)
      while (file = files.pop)
        started = TestRun.now
        ended = Program.run("rspec", file, environment:, echo: nil, within: WITHIN)
        report(file, ended, (TestRun.now - started).round)
      end
    end

    def report(file, ended, seconds)
      tally = Tally.read(ended).of(file)
      @printing.synchronize do
        @tally += tally
        puts "#{tally.good? ? "ok    " : "FAILED"} #{file}: #{tally} (#{seconds} s)"
        puts ended.output.gsub(/^(?=\d+ examples?, )/, "  ") unless tally.good?
      end
    end

    # One that is there already is used and left alone.
    def with_kafka
      return yield({}) if ENV["KARAFKA_SPEC_KAFKA"]

      data = File.join(ROOT, ".kafka", "test-#{SecureRandom.hex(4)}")
      cluster = LocalKafka::Cluster.new(LocalKafka::Settings.new(data, "port" => LocalKafka::Ports.free))
      begin
        cluster.start
        yield("KARAFKA_SPEC_KAFKA" => cluster.settings.bootstrap_servers)
      ensure
        cluster.stop
        cluster.wipe
      end
    end
  end
end
