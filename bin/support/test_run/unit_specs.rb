# frozen_string_literal: true

require "tmpdir"

module TestRun
  # Runs specs that need no broker, shared between a few processes. Each keeps a note that says, should it
  # die, during which example.
  class UnitSpecs
    # RSpec's dots, and a file that names the running example.
    NOTING = %w[--require ./spec/support/running_example --format progress
                --format Specs::RunningExample --out].freeze

    # @param patterns [Array<String>] folders or files
    # @param jobs [Integer] processes
    def initialize(patterns, jobs:)
      @files = patterns.flat_map { |path| specs_of(File.expand_path(path, ROOT)) }
      @jobs = jobs
    end

    # @return [Tally]
    def run
      Dir.mktmpdir("karafka-specs") do |folder|
        shares.each_with_index
              .map { |files, index| Thread.new { run_share(files, File.join(folder, index.to_s)) } }
              .sum(Tally.none, &:value)
      end
    end

    private

    def specs_of(path) = path.end_with?(".rb") ? path : Dir[File.join(path, "**/*_spec.rb")]

    # Of about the same size, as a file's says how many examples it has.
    def shares
      stressed, files = @files.partition { |file| File.basename(file).start_with?("stress_") }
      # A collection at every allocation takes as long as the process has objects.
      [*spread(files), stressed].reject(&:empty?)
    end

    def spread(files)
      shares = Array.new([@jobs, files.size].min) { [] }
      sizes = shares.map { 0 }
      files.sort_by { |file| -File.size(file) }.each do |file|
        least = sizes.index(sizes.min)
        sizes[least] += File.size(file)
        shares[least] << file
      end
      shares
    end

    def run_share(files, note)
      ended = Program.run("rspec", *NOTING, note, *files)
      Tally.read(ended, doing: File.exist?(note) ? File.read(note) : nil)
    end
  end
end
