# frozen_string_literal: true

RSpec.describe Karafka::Processing::Schedulers::Default do
  subject(:scheduler) { described_class.new(queue) }

  let(:queue) { [] }
  let(:consuming) { Struct.new(:name, :messages, :executor) }
  let(:other) { Struct.new(:name, :executor) }

  # What a scheduler may ask of a partition.
  def partition(milliseconds_a_message = nil)
    durations = Karafka::Processing::Schedulers::Durations.new
    durations.add(milliseconds_a_message, 1) if milliseconds_a_message
    coordinator = Struct.new(:durations).new(durations)
    Struct.new(:coordinator).new(coordinator)
  end

  def job(name, size, executor = partition) = consuming.new(name, Array.new(size), executor)

  def order(*jobs)
    scheduler.on_schedule_consumption(jobs)
    queue.map(&:name)
  end

  it "puts the job first that is expected to take longest: time of a message times messages" do
    expect(order(job(:short, 100, partition(1)), job(:long, 10, partition(50)),
                 job(:middle, 50, partition(4))))
      .to eq(%i[long middle short])
  end

  it "ranks jobs that it knows nothing about by their size, and equal ones as they came" do
    expect(order(job(:a, 5), job(:b, 7), job(:c, 5), job(:d, 1))).to eq(%i[b a c d])
  end

  it "puts jobs without messages before all others, as they came" do
    expect(order(job(:a, 1), other.new(:x), job(:b, 9), other.new(:y))).to eq(%i[x y b a])
  end

  it "asks nothing of a job that comes alone" do
    expect(order(job(:only, 3, nil))).to eq([:only])
  end

  %i[revocation shutdown idle eofed periodic].each do |kind|
    it "enqueues #{kind} jobs as they came" do
      scheduler.public_send(:"on_schedule_#{kind}", [other.new(:b), other.new(:a)])
      expect(queue.map(&:name)).to eq(%i[b a])
    end
  end
end
