# frozen_string_literal: true

require_relative "../orders_topic"

RSpec.describe Karafka::Connection::Listener, :fresh_app do
  include OrdersTopic

  let(:group) { route_orders.subscription_group }
  let(:lives) { Queue.new }
  let(:go_on) { Queue.new }
  # Its thread lives until it is told to end.
  let(:listener) do
    begun = lives
    ending = go_on
    queue = Karafka::Processing::JobsQueue.new
    klass = Class.new(described_class) do
      define_method(:call) do
        begun << Thread.current
        ending.pop
      end
    end
    klass.new(group, queue, Karafka::Processing::Schedulers::Default.new(queue))
  end

  def end_thread
    go_on << true
    lives.pop.join
  end

  it "has one thread however often it is started, and begins anew only after its stop (H-019)" do
    others = Thread.list
    2.times { listener.start! }
    expect((Thread.list - others).size).to eq(1)
    expect(listener).to be_starting
    end_thread

    listener.stopped!
    listener.start!
    expect(listener).to be_starting
    end_thread
  end
end
