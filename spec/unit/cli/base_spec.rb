# frozen_string_literal: true

require_relative "cli_helper"

RSpec.describe Karafka::Cli::Base do
  include CommandLine

  let(:command) do
    stub_const("ThirdParty::CliFoo::ShowThings", Class.new(described_class) do
      desc "Shows things"
      aliases :st, "things"
      option :names, "Only these", Array, ["-n", "--only_names"]
      option :limit, "How many", Integer, ["--limit_to COUNT"]
      option :loud, "Loudly", TrueClass, ["--loud"]

      def call(action = nil) = [action, options]
    end)
  end

  def options(*arguments)
    ARGV.replace(["show_things", *arguments])
    command.parse_options
  end

  it "is called as its constant, in snake case, or by an alias" do
    expect(command.name).to eq("show_things")
    expect(command.names).to eq(%w[show_things st things])
    expect(command.desc).to eq("Shows things")
  end

  it "is found without being registered, unless it refines another command" do
    command
    stub_const("Refined", Class.new(command))

    expect(described_class.commands.map(&:name)).to include("show_things", "server")
    expect(described_class.commands.map(&:name)).not_to include("refined")
    expect(described_class.commands.map(&:name)).to eq(described_class.commands.map(&:name).sort)
  end

  it "reads only flags that were given" do
    expect(options).to eq({})
    expect(options("--loud")).to eq(loud: true)
    expect(options("--limit_to", "5", "-n", "a,b")).to eq(limit: 5, names: %w[a b])
  end

  it "understands flags with dashes in place of underscores" do
    expect(options("--limit-to=5", "--only-names", "a")).to eq(limit: 5, names: %w[a])
  end

  it "takes one comma-separated value for a list" do
    expect(options("--only_names", "a", "b")).to eq(names: %w[a])
  end

  it "leaves the arguments as they are" do
    options("--limit_to", "5", "action")

    expect(ARGV).to eq(["show_things", "--limit_to", "5", "action"])
  end

  it "refuses unknown flags, missing and bad values" do
    expect { options("--nope") }.to raise_error(OptionParser::InvalidOption)
    expect { options("--limit_to") }.to raise_error(OptionParser::MissingArgument)
    expect { options("--limit_to", "many") }.to raise_error(OptionParser::InvalidArgument)
  end

  it "prints its usage for -h and ends" do
    output, status = with_arguments("show_things", "-h") { command.parse_options }

    expect(status).to eq(0)
    expect(output).to include("Usage: karafka show_things ACTION", "Shows things", "--limit-to", "How many")
  end

  it "colors text for terminals" do
    colors = nil
    with_arguments("show_things") { colors = command.new }

    expect(%i[red green yellow grey].map do |color|
             colors.public_send(color, "x")
           end).to all(match(/\A\e\[\d+mx\e\[0m\z/))
  end
end
