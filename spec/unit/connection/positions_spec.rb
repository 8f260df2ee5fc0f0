# frozen_string_literal: true

RSpec.describe Karafka::Connection::Positions, :fresh_app do
  let(:asked) { [] }
  let(:answer) { [["orders", 1, 42, nil, nil]] }
  let(:connection) do
    answers = answer
    questions = asked
    Object.new.tap do |made|
      made.define_singleton_method(:offsets_for_times) do |question, timeout|
        questions << [question, timeout]
        answers
      end
    end
  end
  let(:positions) { described_class.new(-> { connection }) }

  def resolve(offset) = positions.resolve("orders", 1, offset)

  it "leaves numbers as they are" do
    expect([0, 17, -1].map { |offset| resolve(offset) }).to eq([0, 17, -1])
    expect(asked).to be_empty
  end

  it "knows the ends by Symbol and String" do
    expect([:earliest, "earliest", :latest, "latest"].map { |name| resolve(name) }).to eq([-2, -2, -1, -1])
  end

  it "asks the broker for a time, in milliseconds" do
    expect(resolve(Time.at(1_700_000_000, 250, :millisecond))).to eq(42)
    expect(asked).to eq([[[["orders", 1, 1_700_000_000_250]], 5_000]])
  end

  it "never asks for less than the time given" do
    resolve(Time.at(1_700_000_000, 250_400, :microsecond))
    expect(asked.dig(0, 0, 0, 2)).to eq(1_700_000_000_251)
  end

  [nil, "soon", :soon, 1.5, []].each do |offset|
    it "refuses #{offset.inspect}, naming the partition" do
      expect { resolve(offset) }.to raise_error(TypeError, /orders-1/)
    end
  end

  context "when the broker knows no offset" do
    let(:answer) { [["orders", 1, nil, nil, nil]] }

    it "says that the time cannot be resolved" do
      expect { resolve(Time.now) }.to raise_error(Karafka::Errors::InvalidTimeBasedOffsetError, /orders-1/)
    end
  end

  context "when there is no answer for the partition" do
    let(:answer) { [] }

    it "says that the time cannot be resolved" do
      expect { resolve(Time.now) }.to raise_error(Karafka::Errors::InvalidTimeBasedOffsetError)
    end
  end
end
