# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Routing::Proxy do
  let(:described) do
    Class.new do
      attr_reader :limit, :calls

      attr_writer :limit

      def settings=(values = {})
        @calls = [values]
      end

      def option(*arguments, **named, &block)
        @calls = [arguments, named, block&.call]
      end

      private

      def secret; end
    end.new
  end

  it "prefers the setter, else calls the method, with everything given" do
    described_class.new(described) { limit 5 }
    described_class.new(described) { option(1, named: 2) { 3 } }

    expect(described.limit).to eq(5)
    expect(described.calls).to eq([[1], { named: 2 }, 3])
  end

  it "hands braceless keywords to a setter as one Hash" do
    described_class.new(described) { settings(a: 1, "b" => 2) }

    expect(described.calls).to eq([{ a: 1, "b" => 2 }])
  end

  it "reads by a word alone and changes nothing" do
    described.limit = 9
    read = nil
    described_class.new(described) { read = limit }

    expect([read, described.limit]).to eq([9, 9])
  end

  it "hands nil and false on" do
    described_class.new(described) { limit nil }
    expect(described.limit).to be_nil
    described_class.new(described) { limit false }
    expect(described.limit).to be(false)
  end

  it "refuses what is unknown or private" do
    expect { described_class.new(described) { nothing } }.to raise_error(NoMethodError)
    expect { described_class.new(described) { secret } }.to raise_error(NoMethodError)
  end

  it "points at the line of the unknown option" do
    expect { described_class.new(described) { nothing } }.to raise_error(NoMethodError) { |error|
      expect(error.message).to eq("undefined option `nothing` for #{described.class}")
      expect(error.backtrace.first).to start_with("#{__FILE__}:")
    }
  end

  it "responds to what its target does" do
    proxy = described_class.new(described)

    expect(proxy.target).to be(described)
    expect(%i[limit option nothing].map { |name| proxy.respond_to?(name) }).to eq([true, true, false])
  end
end
