# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Admin::Names do
  it "takes Strings and Symbols" do
    expect([described_class.text("a"), described_class.text(:a)]).to eq(%w[a a])
  end

  it "refuses everything else, naming it" do
    [nil, 1, %w[a]].each do |name|
      expect { described_class.text(name) }.to raise_error(TypeError, /#{Regexp.escape(name.inspect)}/)
    end
  end
end
