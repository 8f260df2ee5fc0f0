# frozen_string_literal: true

RSpec.describe Karafka::Processing::Schedulers::Base do
  kinds = %w[consumption revocation shutdown idle eofed periodic]

  it "has the names of the original too" do
    expect(Karafka::Pro::Processing::Schedulers::Base).to equal(described_class)
    expect(Karafka::Pro::Processing::Schedulers::Default).to equal(Karafka::Processing::Schedulers::Default)
  end

  it "shows its queue to subclasses, which must say how jobs are scheduled" do
    queue = []
    scheduler = Class.new(described_class) { def peek = [queue, @queue] }.new(queue)
    expect(scheduler.peek).to eq([queue, queue])
    expect do
      scheduler.on_schedule_consumption([])
    end.to raise_error(NotImplementedError, /schedule_consumption/)
  end

  it "does nothing about ticks and cleared groups by itself" do
    queue = []
    scheduler = described_class.new(queue)
    scheduler.on_manage
    scheduler.on_clear("group")
    expect(queue).to be_empty
  end

  it "lets one thread in at a time, through whichever of its doors" do
    inside = Queue.new
    go_on = Queue.new
    slow = Class.new(described_class) do
      define_method(:schedule_consumption) { |_jobs| inside << true and go_on.pop }
      define_method(:manage) { inside << :manage }
    end.new([])
    first = Thread.new { slow.on_schedule_consumption([]) }
    inside.pop
    second = Thread.new { slow.on_manage }
    Thread.pass until second.stop?
    expect(inside).to be_empty
    go_on << true
    expect([first, second].each(&:join).size).to eq(2)
    expect(inside.pop).to eq(:manage)
  end

  it "opens again after a method that raised" do
    failing = Class.new(described_class) { def manage = raise("once") }.new([])
    2.times { expect { failing.on_manage }.to raise_error("once") }
  end

  kinds.each do |kind|
    it "calls schedule_#{kind} for on_schedule_#{kind}, which may call its siblings" do
      called = []
      scheduler = Class.new(described_class) do
        define_method(:"schedule_#{kind}") { |jobs| called << jobs and manage }
        define_method(:manage) { called << :manage }
      end.new([])
      scheduler.public_send(:"on_schedule_#{kind}", [1])
      expect(called).to eq([[1], :manage])
    end
  end
end
