# frozen_string_literal: true

RSpec.describe Karafka::Messages::Pointer do
  let(:value) { { "a" => [1, { "b/c" => { "m~n" => nil } }], "" => false, :sym => 1 } }

  it "finds values in Hashes and Arrays" do
    { "" => value, "/a/0" => 1, "/a/1/b~1c" => { "m~n" => nil }, "/a/1/b~1c/m~0n" => nil, "/" => false }
      .each { |pointer, found| expect(described_class.read(value, pointer)).to eq(found) }
  end

  it "finds nothing elsewhere" do
    ["/b", "/a/2", "/a/-1", "/a/-", "/a/01", "/a/x", "/a/0/0", "/sym", "/a/1\n"].each do |pointer|
      expect(described_class.read(value, pointer)).to be_nil, pointer
    end
    expect(described_class.read("text", "/0")).to be_nil
  end

  it "refuses what is no pointer" do
    expect do
      described_class.read(value, "a/0")
    end.to raise_error(ArgumentError, %r{"a/0" must be empty or begin})
    expect { described_class.read(value, "/a~") }.to raise_error(ArgumentError, /"~"/)
  end
end
