# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Deserializers::Key do
  it "leaves the key as it is" do
    key = "\xFF".b

    expect(described_class.new.call(Struct.new(:raw_key).new(key))).to be(key)
  end
end
