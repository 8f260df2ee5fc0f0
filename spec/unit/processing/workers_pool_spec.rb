# frozen_string_literal: true

require "timeout"

RSpec.describe Karafka::Processing::WorkersPool, :fresh_app do
  let(:queue) { Karafka::Processing::JobsQueue.new }
  let(:pool) { described_class.new.tap { |made| made.jobs_queue = queue } }
  let(:scalings) { [] }

  around { |example| Timeout.timeout(30) { example.run } }

  before do
    %w[up down].each do |way|
      Karafka.monitor.subscribe("worker.scaling.#{way}") do |event|
        scalings << [way, event[:from], event[:to]]
      end
    end
  end

  after do
    queue.close
    pool.join
  end

  def wait_for(size) = (Thread.pass until pool.size == size)

  it "refuses to scale before there is a queue" do
    expect { described_class.new.scale(1) }.to raise_error(Karafka::Errors::BaseError)
    expect(described_class.new.size).to eq(0)
  end

  it "grows at once, names workers, and says so" do
    expect(pool.scale(3)).to be_nil
    expect(pool.size).to eq(3)
    expect(pool.alive.map(&:name)).to eq(%w[karafka.worker#0 karafka.worker#1 karafka.worker#2])
    expect(scalings).to eq([["up", 0, 3]])
    expect(pool).not_to be_stopped
  end

  it "shrinks as workers fall idle, and reuses no name" do
    pool.scale(3)
    pool.scale(1)
    wait_for(1)
    pool.scale(2)
    expect(pool.alive.map(&:name)).to include("karafka.worker#3")
    expect(scalings).to eq([["up", 0, 3], ["down", 3, 1], ["up", 1, 2]])
  end

  it "never goes below one, however often it is asked" do
    pool.scale(4)
    3.times { pool.scale(1) }
    [0, -5].each { |target| pool.scale(target) }
    wait_for(1)
    expect(scalings).to eq([["up", 0, 4], ["down", 4, 1]])
    job = working_job
    queue << job
    expect(job.done.pop).to be(true)
    expect(pool.size).to eq(1)
  end

  it "says nothing when nothing changes" do
    2.times { pool.scale(2) }
    expect(scalings.size).to eq(1)
  end

  it "loses no worker to a job, whatever it raises, tells it, and goes on" do
    errors = Queue.new
    Karafka.monitor.subscribe("error.occurred") { |event| errors << [event[:type], event[:error].class] }
    pool.scale(1)
    [StandardError, NotImplementedError, Exception, SystemExit].each do |error_class|
      queue << working_job { raise error_class, "no" }
      expect(errors.pop).to eq(["worker.process.error", error_class])
    end
    queue << last = working_job
    expect(last.done.pop).to be(true)
    expect(pool.alive.map(&:name)).to eq(%w[karafka.worker#0])
  end

  it "has another worker for one whose thread a job kills, and tells it" do
    errors = Queue.new
    Karafka.monitor.subscribe("error.occurred") { |event| errors << [event[:type], event[:error].message] }
    pool.scale(1)
    queue << working_job { Thread.current.kill }
    expect(errors.pop).to match(["worker.process.error", /a job killed the thread of karafka\.worker#0/])
    queue << last = working_job
    expect(last.done.pop).to be(true)
    expect(pool.alive.map(&:name)).to eq(%w[karafka.worker#1])
    pool.scale(2)
    expect(scalings).to eq([["up", 0, 1], ["up", 1, 2]])
  end

  it "tells the end of each job and of each worker" do
    completed = Queue.new
    Karafka.monitor.subscribe("worker.completed") { |event| completed << event[:job] }
    pool.scale(1)
    queue << job = working_job
    expect(completed.pop).to equal(job)
    queue.close
    expect(completed.pop).to be_nil
    pool.join
    expect(pool).to be_stopped
  end

  it "kills workers when asked to" do
    pool.scale(2)
    queue << busy = working_job { sleep }
    Thread.pass until queue.statistics[:busy] == 1
    pool.terminate
    wait_for(0)
    expect(busy.done).to be_empty
    expect { pool.scale(1) }.to raise_error(Karafka::Errors::BaseError)
  end

  # What a worker needs of a job.
  def working_job(&work)
    queue.register("group")
    Class.new do
      attr_reader :done

      define_method(:initialize) { @done = Queue.new }
      define_method(:call) do
        work&.call
        @done << true
      end
      def group_id = "group"
      def non_blocking? = false
      def wrap = yield
      def before_call = nil
      def after_call = nil
      def finish! = @finished = true
      def finished? = @finished
    end.new
  end
end
