# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Routing::Pattern do
  def pattern(regexp) = described_class.new(nil, regexp)

  {
    /events_.*/ => "^events_.*", /^events/ => "^events", /\Aevents\z/ => "^events$", /events\Z/ => "^events$",
    /a|b/ => "^a|b", %r{a/b} => "^a/b"
  }.each do |regexp, subscription|
    it "subscribes to #{regexp.inspect} as #{subscription}" do
      expect(pattern(regexp).subscription).to eq(subscription)
    end
  end

  it "is named as told, else after its source, the same in each process" do
    expect(described_class.new(:shop, /x/).name).to eq("shop")
    expect(pattern(/events_.*/).name).to eq(
      "karafka-pattern-#{Digest::SHA256.hexdigest("events_.*")[0, 12]}"
    )
    expect(pattern(/a/).name).not_to eq(pattern(/b/).name)
  end

  it "matches a part from the start, or the whole name" do
    expect(%w[events events_eu my_events].map { |name| pattern(/events/).match?(name) })
      .to eq([true, true, false])
    expect(%w[events events_eu].map do |name|
             pattern(/events/).match?(name, whole: true)
           end).to eq([true, false])
    expect(%w[events_eu events_].map { |name| pattern(/events_.+/).match?(name, whole: true) })
      .to eq([true, false])
  end

  it "matches without the flags, as Kafka's engines do" do
    expect(pattern(/events/i).match?("EVENTS")).to be(false)
  end

  {
    /events/i => /flags/, /events/x => /flags/, /a(?!b)/ => /`\(\?`/, /a(?:b)/ => /`\(\?`/, /a\d/ => /\\d/,
    /a.*?b/ => /lazy/, /a{2}?b/ => /lazy/
  }.each do |regexp, told|
    it "knows what of #{regexp.inspect} Kafka's engines do not" do
      expect(pattern(regexp).foreign).to contain_exactly(told)
    end
  end

  [/events_.*/, /^a\.b[0-9]+$/, /a\(?b/, /a\\d/, /(a|b)?c/].each do |regexp|
    it "finds nothing wrong with #{regexp.inspect}" do
      expect(pattern(regexp).foreign).to be_empty
    end
  end
end
