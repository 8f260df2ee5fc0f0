# frozen_string_literal: true

RSpec.describe Karafka::Processing::Seats do
  let(:seats) { described_class.new }
  let(:executor_class) do
    Struct.new(:group_id) do
      def job(*given) = [:job, self, *given]
    end
  end

  it "knows who took a seat, until that leaves" do
    one, other = Array.new(2) { executor_class.new("a") }
    taken = [1 << 61, seats.take(one), :batch, 5]
    seats.take(other)
    expect(seats.executor(taken)).to equal(one)
    expect(seats.job(taken)).to eq([:job, one, :batch, 5])
    seats.leave(one)
    expect([seats.executor(taken), seats.job(taken)]).to eq([nil, nil])
  end

  it "forgets a group, and no other" do
    numbers = %w[a b].map { |group| seats.take(executor_class.new(group)) }
    seats.clear("a")
    expect(numbers.map { |number| seats.executor([1, number])&.group_id }).to eq([nil, "b"])
  end
end
