# frozen_string_literal: true

require "tmpdir"
require_relative "../../../bin/support/test_run"

RSpec.describe TestRun do
  let(:ended) { TestRun::Program::Ended }

  def run(script) = TestRun::Program.run(RbConfig.ruby, "-e", script, echo: nil)

  describe TestRun::Program do
    it "says nothing of a program that succeeded, and in words how another ended" do
      expect(run("exit")).to have_attributes(good: true, how: nil)
      expect(run("exit 3")).to have_attributes(good: false, how: "it ended with exit status 3")
      expect(run("Process.kill(:KILL, $$); sleep").how).to eq("it was ended by the signal SIGKILL (9)")
    end

    it "says that it had to kill one that took too long" do
      took = described_class.run(RbConfig.ruby, "-e", "sleep", echo: nil, within: 0.2)
      expect(took.how).to eq("it was not through after 0.2 s and was killed")
    end
  end

  describe TestRun::Tally do
    it "counts a suite that never came to its closing line as one failure, and says how it died" do
      tally = described_class.read(ended.new("....", "it was ended by the signal SIGABRT (6)"),
                                   doing: "x_spec.rb:3")
      expect(tally.to_a).to eq([0, 1, 0, ["no closing line: it was ended by the signal SIGABRT (6), " \
                                          "during x_spec.rb:3"]])
    end

    it "takes an orderly exit without a closing line for no success either" do
      expect(described_class.read(ended.new("..", nil))).not_to be_good
    end

    it "names failed examples and tests" do
      output = <<~TEXT
        12 examples, 2 failures, 1 pending

        Failed examples:

        rspec ./spec/a_spec.rb:3 # A says b
        \e[31mrspec ./spec/c_spec.rb[1:2]\e[0m \e[36m# C\e[0m
        test jobs::tests::order ... FAILED
        test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 measured
      TEXT
      tally = described_class.read(ended.new(output, "it ended with exit status 1"))
      expect(tally.to_s).to eq("13 passed, 3 failed, 1 skipped")
      expect(tally.told.map { |line| line.gsub(/\e\[\d+m/, "") })
        .to eq(["./spec/a_spec.rb:3 # A says b", "./spec/c_spec.rb[1:2] # C", "test jobs::tests::order"])
    end

    it "tells why an example failed, without the way there, and not at any length" do
      output = <<~TEXT
        Failures:

          1) A says b
             \e[31mFailure/Error: expect(a).to eq(b)\e[0m

               expected: 1
                    got: 2
             \e[36m# ./spec/a_spec.rb:4:in `block'\e[0m

          2) C
             Failure/Error: expect(c).to eq(d)
        #{"     of many lines\n" * 30}
        Finished in 3 seconds
        2 examples, 2 failures

        rspec ./spec/a_spec.rb:3 # A says b
        rspec ./spec/c_spec.rb:9 # C
      TEXT
      first, second = described_class.read(ended.new(output, "it ended with exit status 1")).told
      expect(first.lines.map(&:strip)).to eq(["./spec/a_spec.rb:3 # A says b",
                                              "Failure/Error: expect(a).to eq(b)", "expected: 1", "got: 2"])
      expect(second.lines.map(&:strip)).to start_with("./spec/c_spec.rb:9 # C",
                                                      "Failure/Error: expect(c).to eq(d)")
      expect(second.lines.size).to be < 20
    end

    it "counts a failure after a closing line without one, such as a death at exit" do
      tally = described_class.read(ended.new("3 examples, 0 failures\n", "it ended with exit status 1"))
      expect([tally.to_s, tally.told]).to eq(["3 passed, 1 failed", ["it ended with exit status 1"]])
    end

    it "is good only where a test ran" do
      expect(described_class.read(ended.new("3 examples, 0 failures\n", nil))).to be_good
      expect(described_class.read(ended.new("0 examples, 0 failures\n", nil)).told).to eq(["no test ran"])
    end

    it "names the file of a failure that does not name it" do
      tally = described_class.read(ended.new("", "it ended with exit status 1")).of("a_spec.rb")
      expect(tally.told).to eq(["a_spec.rb: no closing line: it ended with exit status 1"])
    end
  end

  describe TestRun::Fuzz do
    # Two targets whose programs are the given scripts.
    def fuzz(**scripts)
      Dir.mktmpdir do |folder|
        fuzz = described_class.new(seconds: 7, targets: scripts.keys.map(&:to_s), folder:)
        fuzz.run { |target| [RbConfig.ruby, "-e", scripts.fetch(target.to_sym), "--"] }
      end
    end

    it "counts a target that came to its end, and gives it its time and its own folders" do
      script = 'puts ARGV; puts "Done 12 runs in 7 second(s)" if Dir.exist?(ARGV.last) && ' \
               'ARGV.include?("-max_total_time=7")'
      tally = nil
      expect { tally = fuzz(json: script, frame: script) }.to output(/ok     json: 12 runs/).to_stdout
      expect(tally.to_s).to eq("2 passed, 0 failed")
    end

    it "fails with the input that broke a target, and shows how" do
      script = 'puts "panicked at x", "Test unit written to /a/json/crash-1"; exit 77'
      tally = nil
      expect { tally = fuzz(json: script) }.to output(/FAILED json: .*status 77\npanicked at x/).to_stdout
      expect([tally.to_s, tally.told]).to eq(["0 passed, 1 failed", ["json: /a/json/crash-1"]])
    end

    it "takes a target that ended before it began for a failure" do
      tally = nil
      expect { tally = fuzz(json: "exit") }.to output.to_stdout
      expect(tally.told).to eq(["json: no run"])
    end

    it "knows a program for each target file" do
      manifest = File.read(File.join(described_class::FOLDER, "Cargo.toml"))
      expect(described_class::TARGETS).to include("json", "envelope", "frame", "headers")
      programs = manifest.scan(/^name = "(\w+)"\npath = "fuzz_targets/).flatten
      expect(programs).to match_array(described_class::TARGETS)
    end
  end

  it "names what failed once more after the summary" do
    line = described_class::CommandLine.new([])
    failed = described_class::Tally.new(1, 25, 0, Array.new(25) { |n| "spec #{n}" })
    told = /FAILED unit.*failed in unit:\n  spec 0\n.*  spec 19\n  and 5 more\n\ntotal: 1 passed, 25/m
    expect { line.send(:close, "unit" => [failed, 3]) }.to output(told).to_stdout
  end

  describe TestRun::UnitSpecs do
    # Folder of spec files, each with an example of its own.
    def suite(bodies)
      folder = Dir.mktmpdir
      bodies.each do |name, body|
        example = "RSpec.describe(#{name.inspect}) { it('works') { #{body} } }"
        File.write(File.join(folder, "#{name}_spec.rb"), example)
      end
      yield folder
    ensure
      FileUtils.rm_rf(folder)
    end

    def tally_of(bodies, jobs: 2)
      tally = nil
      suite(bodies) do |folder|
        expect { tally = described_class.new([folder], jobs:).run }.to output.to_stdout
      end
      tally
    end

    it "runs every file once, however many processes share them" do
      bodies = %w[a b c].to_h { |name| [name, "expect(1).to eq(1)"] }
      expect([1, 2, 9].map { |jobs| tally_of(bodies, jobs:).to_a }).to all(eq([3, 0, 0, []]))
    end

    it "names what failed, and where a process died" do
      tally = tally_of({ "fails" => "expect(1).to eq(2)", "dies" => "Process.kill(:KILL, $$); sleep" })
      expect([tally.passed, tally.failed]).to eq([0, 2])
      expect(tally.told.join(" ")).to match(/fails_spec.rb:1 # fails works/)
        .and match(/SIGKILL.*dies_spec.rb:1 # dies works/)
    end
  end
end
