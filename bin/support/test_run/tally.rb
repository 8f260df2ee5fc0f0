# frozen_string_literal: true

module TestRun
  # How many tests passed, failed and were skipped, and what is to be told of the failed ones.
  Tally = Struct.new(:passed, :failed, :skipped, :told) do
    # @param ended [Program::Ended] of a check that counts as one test
    def self.of(ended) = ended.good ? new(1, 0, 0, []) : new(0, 1, 0, [ended.how])

    # Reads what RSpec and Cargo print at their end. A program that failed without naming a test counts
    # as one failure, and so does one that never came to its closing line, or ran no test at all.
    #
    # @param ended [Program::Ended]
    # @param doing [String, nil] the test that it was at when it ended
    def self.read(ended, doing: nil)
      tally = [*rspec(ended.output), *cargo(ended.output)].reduce(:+)
      return new(0, 1, 0, [cut_off(ended, doing)]) unless tally

      tally.told = Failures.told(ended.output)
      tally.count_as_failed(ended.how || "no test ran") if tally.failed.zero? && !(ended.good && tally.any?)
      tally
    end

    def self.cut_off(ended, doing)
      "no closing line: #{ended.how || "it ended with exit status 0"}#{", during #{doing}" if doing}"
    end

    def self.rspec(output)
      output.scan(/^(?:\e\[\d+m)*(\d+) examples?, (\d+) failures?(?:, (\d+) pending)?/).map do |counts|
        all, failed, pending = counts.map(&:to_i)
        new(all - failed - pending, failed, pending, [])
      end
    end

    def self.cargo(output)
      output.scan(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/)
            .map { |counts| new(*counts.map(&:to_i), []) }
    end

    def self.none = new(0, 0, 0, [])
    private_class_method :cut_off, :rspec, :cargo

    def +(other) = self.class.new(*to_a.zip(other.to_a).map { |mine, theirs| mine + theirs })
    def total = passed + failed + skipped
    def any? = total.positive?
    def good? = failed.zero?

    # @param file [String] what was run
    # @return [self] which says whose failures it tells of
    def of(file) = tap { told.map! { |line| line.include?(file) ? line : "#{file}: #{line}" } }

    # @param why [String]
    def count_as_failed(why)
      self.failed = 1
      told << why
    end

    def to_s = "#{passed} passed, #{failed} failed#{", #{skipped} skipped" if skipped.positive?}"
  end
end
