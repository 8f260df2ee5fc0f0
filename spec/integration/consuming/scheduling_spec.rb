# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "A scheduler of the app's own", :fresh_app do
  # Lets one job run at a time, of all groups together; the next one starts at a tick.
  let(:one_by_one) do
    Class.new(Karafka::Pro::Processing::Schedulers::Base) do
      def initialize(queue)
        super
        @withheld = []
      end

      def schedule_consumption(jobs)
        jobs.each { |job| queue.lock(job) }
        @withheld.concat(jobs)
        manage
      end

      def manage
        counts = queue.statistics
        return unless @withheld.any? && (counts[:busy] + counts[:enqueued]).zero?

        job = @withheld.shift
        queue << job
        queue.unlock(job)
      end

      def clear(group_id) = @withheld.delete_if { |job| job.group_id == group_id }
    end
  end

  def scheduled_by(scheduler, **more)
    { concurrency: 5, **more, internal: { tick_interval: 1_000, connection: { reset_backoff: 1_000 },
                                          processing: { scheduler_class: scheduler } } }
  end

  it "may let one job run at a time, however many workers there are" do
    name = create_topic(partitions: 4)
    peer.produce(name, Array.new(4) { |n| { payload: n.to_s, partition: n } })
    busy = []
    seen = Queue.new
    queue = -> { Karafka::Server.jobs_queue.statistics[:busy] }
    run = consume(name, config: scheduled_by(one_by_one, max_wait_time: 1_000)) do
      define_method(:consume) do
        busy << queue.call
        seen << partition
      end
    end
    run.await("all partitions") { seen.size == 4 }
    run.stop

    expect(busy).to all(eq(1))
    expect(Array.new(4) { seen.pop }.sort).to eq([0, 1, 2, 3])
    expect(run.errors).to be_empty
  end

  it "stops the polling of the group whose job it withholds, and no other's" do
    held, free = Array.new(2) { |n| create_topic("topic#{n}") }
    locked = Queue.new
    release = Queue.new
    scheduler = Class.new(Karafka::Pro::Processing::Schedulers::Default) do
      define_method(:schedule_consumption) do |jobs|
        mine, others = jobs.partition { |job| job.executor.topic.name == held && locked.empty? }
        mine.each do |job|
          queue.lock(job)
          locked << job
        end
        super(others)
      end
      define_method(:manage) do
        next if release.empty?

        release.pop
        job = locked.pop
        queue << job
        queue.unlock(job)
      end
    end
    seen = []
    body = ->(name) { Class.new(Karafka::BaseConsumer) { define_method(:consume) { seen << name } } }
    run = serve(config: scheduled_by(scheduler)) do
      subscription_group("held") { topic(held) { consumer body.call(:held) } }
      subscription_group("free") { topic(free) { consumer body.call(:free) } }
    end
    # A listener that waits for a withheld job joins no rebalance: both are members before there is a job.
    run.await("both assignments") do
      run.events("rebalance.partitions_assigned").map { _1[:subscription_group].name }.uniq.size == 2
    end
    [held, free].each { |name| peer.produce(name, %w[0]) }
    polls = lambda do |name|
      run.events("connection.listener.fetch_loop").count { |event| event[:subscription_group].name == name }
    end
    run.await("the withheld job") { !locked.empty? && seen.include?(:free) }
    before = [polls.call("held"), polls.call("free")]
    run.await("ten more polls of the other") { polls.call("free") >= before[1] + 10 }
    expect(polls.call("held")).to eq(before[0])
    expect(seen).not_to include(:held)

    release << true
    run.await("the job that was let go") { seen.include?(:held) }
    run.await("its group's next poll") { polls.call("held") > before[0] }
    run.stop
    expect(run.errors).to be_empty
  end

  it "costs the connection once when it raises in manage, and no message" do
    name = create_topic
    peer.produce(name, %w[0])
    failures = Queue.new
    scheduler = Class.new(Karafka::Pro::Processing::Schedulers::Default) do
      define_method(:manage) { raise "manage" unless failures.empty? || !failures.pop }
    end
    seen = []
    run = consume(name, config: scheduled_by(scheduler)) do
      define_method(:consume) { seen.concat(messages.map(&:offset)) }
    end
    run.await("the first message") { seen == [0] }
    failures << true
    run.await_event("client.reset")
    peer.produce(name, %w[1])
    run.await("the next message") { seen.include?(1) }
    run.stop

    expect(run.events("client.reset").size).to eq(1)
    expect(run.errors.map { |event| [event[:type], event[:error].message] })
      .to eq([["connection.listener.fetch_loop.error", "manage"]])
    expect(seen).to eq([0, 1]).or eq([0, 0, 1])
  end

  # The first one when the connection begins anew after another error, the second one in a stop.
  %i[clear schedule_shutdown].each do |hook|
    it "keeps neither a new connection nor a stop from coming when it raises in #{hook} (H-063)" do
      name = create_topic
      peer.produce(name, %w[0])
      failures = Queue.new
      scheduler = Class.new(Karafka::Pro::Processing::Schedulers::Default) do
        define_method(hook) { |*| raise hook.to_s }
      end
      before_start do
        Karafka.monitor.subscribe("connection.listener.fetch_loop") do
          raise failures.pop unless failures.empty?
        end
      end
      seen = []
      run = consume(name, config: scheduled_by(scheduler)) do
        define_method(:consume) { seen.concat(messages.map(&:offset)) }
      end
      run.await_event("consumer.consumed")
      failures << "loop"
      run.await_event("client.reset")
      peer.produce(name, %w[1])
      run.await("the next message") { seen.include?(1) }
      run.stop

      expect(run.errors.map { |event| event[:error].message }).to eq(["loop", hook.to_s])
      expect(run.errors.map { |event| event[:type] }.uniq).to eq(["connection.listener.fetch_loop.error"])
      expect(run.events("app.terminated").size).to eq(1)
      expect(peer.committed(spec_group, name)).to eq({ 0 => 2 })
    end
  end
end
