# frozen_string_literal: true

require_relative "cli_helper"

RSpec.describe Karafka::Cli::Server, :fresh_app do
  include CommandLine

  def filters(*arguments)
    with_arguments("server", *arguments) do
      allow(Karafka::Server).to receive(:run)
      described_class.new.call
    end
    Karafka::App.config.internal.routing.activity_manager.to_h.reject { |_, names| names.empty? }
  end

  it "is also called s and consumer" do
    expect(described_class.names).to eq(%w[server s consumer])
  end

  it "filters nothing without flags, and runs" do
    expect(filters).to eq({})
    expect(Karafka::Server).to have_received(:run)
  end

  it "hands every filter on before anything runs, in any spelling" do
    flags = %w[
      -g a,b --subscription-groups c --include_topics d --exclude-consumer-groups e
      --exclude_subscription_groups f,g --exclude_topics h
    ]

    expect(filters(*flags)).to eq(
      include_consumer_groups: %w[a b], include_subscription_groups: %w[c], include_topics: %w[d],
      exclude_consumer_groups: %w[e], exclude_subscription_groups: %w[f g], exclude_topics: %w[h]
    )
  end

  it "filters nothing when one of the flags is bad" do
    expect { filters("--topics", "a", "--nope") }.to raise_error(OptionParser::ParseError)
    expect(Karafka::App.config.internal.routing.activity_manager.to_h.values).to all(be_empty)
  end
end
