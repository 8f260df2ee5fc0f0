# frozen_string_literal: true

require_relative "cli_helper"

RSpec.describe Karafka::Cli do
  include CommandLine

  let!(:command) do
    calls = seen
    stub_const("SeenCommand", Class.new(Karafka::Cli::Base) do
      aliases :seen
      define_method(:call) { |action = "none"| calls << action }
    end)
  end
  let(:seen) { [] }

  def start(*arguments) = with_arguments(*arguments) { described_class.start }

  it "hands a word after the command on as its action, but no flag" do
    start("seen_command")
    start("seen", "act")
    expect { start("seen_command", "--nope") }.to raise_error(OptionParser::InvalidOption)

    expect(seen).to eq(%w[none act])
  end

  it "prints the overview for no command, -h and --help" do
    overview, = start

    expect(overview).to match(/\AKarafka commands:\n(  \w+ +# .+\n)+\z/)
    expect(overview).not_to include("seen_command")
    expect([start("-h"), start("--help"), start("help")]).to all(eq([overview, nil]))
  end

  it "prints the version" do
    expect(start("--version").first).to include(Karafka::NATIVE_VERSION, Karafka::VERSION)
  end

  it "names unknown commands, and those that this version lacks, without a backtrace" do
    expect do
      start("nope")
    end.to raise_error(Karafka::Errors::UnrecognizedCommandError, /unknown command `nope`/)
    expect { start("parallel_segments", "reset") }
      .to raise_error(Karafka::Errors::UnrecognizedCommandError, /not part of this version/) { |error|
        expect(error.backtrace).to eq([])
      }
  end

  it "refuses an action for a command that has none" do
    expect { start("help", "me") }.to raise_error(ArgumentError)
  end
end
