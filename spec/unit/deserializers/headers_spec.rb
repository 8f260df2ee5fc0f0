# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Deserializers::Headers do
  it "leaves headers as they are" do
    headers = { "a" => %w[1 2] }.freeze

    expect(described_class.new.call(Struct.new(:raw_headers).new(headers))).to be(headers)
  end
end
