# frozen_string_literal: true

require "tmpdir"

RSpec.describe Karafka::Instrumentation::Logger do
  around do |example|
    before = Karafka.env.to_s
    Dir.mktmpdir do |dir|
      @root = Pathname.new(dir)
      example.run
    end
  ensure
    Karafka.env = before
  end

  before { allow(Karafka).to receive(:root).and_return(@root) }

  def log(text)
    expect { described_class.new.error(text) }.to output(/#{text}/).to_stdout
  end

  it "writes to standard output and appends to the environment's file" do
    2.times { |index| log("line #{index}") }

    expect(@root.join("log/test.log").read).to match(/line 0.*line 1/m)
  end

  it "goes on with standard output where no file can be written" do
    @root.join("log").write("in the way")
    log("still here")
  end

  it "logs from a level that depends on the environment" do
    levels = %w[production test debug development staging].map do |env|
      Karafka.env = env
      described_class.new(IO::NULL).level
    end

    expect(levels).to eq([Logger::ERROR, Logger::ERROR, Logger::DEBUG, Logger::INFO, Logger::INFO])
  end

  it "takes a device and a level as any Logger does" do
    out = StringIO.new
    described_class.new(out, level: Logger::DEBUG).debug("x")

    expect(out.string).to include("x")
  end

  it "leaves standard output open when it is closed" do
    described_class.new.close

    expect($stdout).not_to be_closed
  end
end
