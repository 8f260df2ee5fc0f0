# frozen_string_literal: true

require_relative "../../../bin/support/local_kafka"
require "stringio"

RSpec.describe LocalKafka::Options do
  def code_and_words(*arguments)
    err = StringIO.new
    [LocalKafka::CommandLine.new(["start", *arguments], out: StringIO.new, err:).run, err.string]
  end

  [%w[--brokers 0], %w[--brokers -3], %w[--brokers 11], %w[--port 0], %w[--port 65530], %w[--port 99999],
   %w[--port x]].each do |flag, value|
    it "refuses #{flag} #{value} before anything is started" do
      code, words = code_and_words(flag, value)
      expect(code).to eq(2)
      expect(words).to include("invalid argument: #{flag} #{value}")
    end
  end

  it "takes what there is room for" do
    settings = described_class.new(%w[start --brokers 10 --port 65495 --data /nowhere]).settings
    expect(settings.bootstrap_servers.split(",").last).to end_with(":65504")
  end
end
