# frozen_string_literal: true

require_relative "filters_context"

RSpec.describe Karafka::Processing::ConsumerGroups::Filters::Chain do
  let(:base) { Karafka::Processing::ConsumerGroups::Filters::Base }
  let(:made) { [] }
  let(:filters) { [] }
  let(:topic) do
    factories = filters.map { |filter| ->(*arguments) { made << arguments and filter } }
    Struct.new(:name, :filtering, :deserializers, :parallel_decryption).new(
      "orders", Karafka::Routing::Features::Filtering::Config.new(factories:),
      Karafka::Routing::Features::Deserializers::STANDARD
    )
  end
  let(:chain) { described_class.new(topic, 3) }
  let(:batch) { Karafka::Native::Batch.built("orders", 3, Array.new(5) { |n| [10 + n, "{}", nil, nil] }) }
  let(:told) { [] }
  let(:state) { Struct.new(:told) { def filter(*facts) = told << facts }.new(told) }

  # A filter that does what the block says and then answers as given.
  def filter(action: :skip, timeout: nil, **answers, &apply)
    Class.new(base) do
      define_method(:apply!) { |messages| @applied = instance_exec(messages, &apply) ? true : false }
      { action:, timeout:, **answers }.each { |name, answer| define_method(name) { answer } }
    end.new
  end

  def cursor(offset) = Karafka::Messages::Seek.new("orders", 3, offset)
  def refuse(text) = raise_error(Karafka::Errors::UnsupportedCaseError, text)

  it "makes each filter once, with topic and partition" do
    filters << filter { nil }
    2.times { chain.call(batch, state) }
    expect(made).to eq([[topic, 3]])
  end

  it "lets filters work in order, each on what the one before has left" do
    seen = []
    filters << filter { |messages| messages.reject! { |one| one.offset.odd? } }
    filters << filter { |messages| seen.concat(messages.map(&:offset)) && messages.pop }
    expect(chain.call(batch, state).offsets).to eq([10, 12])
    expect([seen, told]).to eq([[10, 12, 14], [[12, nil]]])
  end

  it "makes no copy when all pass, and hands out the very messages that filters saw" do
    seen = nil
    filters << filter { |messages| (seen = messages.dup) && nil }
    left = chain.call(batch, state)
    expect(left.messages(Karafka::Messages::Message).map(&:object_id)).to eq(seen.map(&:object_id))
    expect(left).to equal(left.left(seen))
    expect(told).to eq([[14, nil]])
  end

  it "puts what filters disordered, repeated or brought along back to the log's order" do
    other = Karafka::Native::Batch.built("orders", 3, [[99, "", nil, nil]])
    foreign = other.messages(Karafka::Messages::Message)
    filters << filter { |messages| messages.reverse!.push(messages.first, *foreign) && messages.delete_at(1) }
    expect(chain.call(batch, state).offsets).to eq([10, 11, 12, 14])
  end

  it "tells what is left, and the lowest cursor of those that applied" do
    filters << filter(cursor: cursor(11)) { nil }
    filters << filter(cursor: cursor(13)) { |messages| messages.pop(2) }
    filters << filter(cursor: cursor(12)) { |messages| messages.clear && true }
    expect(chain.call(batch, state)).to have_attributes(size: 0)
    expect(told).to eq([[nil, 12]])
  end

  it "asks those that applied, when the run is over" do
    filters << filter(action: :bogus) { nil }
    filters << filter(action: :pause, timeout: 200.2, cursor: cursor(11)) { true }
    filters << filter(mark_as_consumed?: true, marking_cursor: cursor(10)) { true }
    filters << filter(mark_as_consumed?: true, marking_method: :mark_as_consumed!) { true }
    chain.call(batch, state)
    expect(chain.wishes).to eq(
      [[:pause, 201, 11, nil, false], [:skip, nil, nil, 10, false], [:skip, nil, nil, nil, true]]
    )
    expect(chain.cursor_at(11).offset).to eq(11)
  end

  it "wants nothing of a batch of which lanes left nothing to filter" do
    filters << filter(action: :pause) { true }
    chain.call(batch, state)
    expect(chain.call(batch.only([]), state)).to have_attributes(size: 0)
    expect([chain.wishes, told.size]).to eq([[], 1])
  end

  it "refuses actions and marks that nobody knows, and a seek to nowhere" do
    { { action: :bogus } => /answered action :bogus/, { action: :seek } => /to seek and has no cursor/,
      { mark_as_consumed?: true, marking_method: :mark } => /to mark by :mark/ }.each do |answers, text|
      filters.replace([filter(**answers) { true }])
      chain = described_class.new(topic.dup.tap do |one|
        one.filtering = Karafka::Routing::Features::Filtering::Config.new(
          factories: filters.map { |made| ->(*) { made } }
        )
      end, 3)
      chain.call(batch, state)
      expect { chain.wishes }.to refuse(text)
    end
  end
end
