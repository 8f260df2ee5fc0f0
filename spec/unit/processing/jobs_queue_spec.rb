# frozen_string_literal: true

require "timeout"

RSpec.describe Karafka::Processing::JobsQueue do
  let(:queue) { described_class.new.tap { |made| %w[a b].each { |group| made.register(group) } } }
  let(:job_class) do
    Struct.new(:group_id, :blocking) do
      def non_blocking? = !blocking
    end
  end

  around { |example| Timeout.timeout(20) { example.run } }

  def job(group = "a", blocking: true) = job_class.new(group, blocking)

  # A thread that has come to rest in the block.
  def resting(&block)
    Thread.new(&block).tap { |thread| Thread.pass until thread.stop? }
  end

  it "hands jobs out in order" do
    jobs = [job, job("b"), job]
    jobs.each { |one| queue << one }
    expect(Array.new(3) { queue.pop }.map(&:object_id)).to eq(jobs.map(&:object_id))
  end

  it "refuses a job that is there already" do
    one = job
    queue << one
    expect { queue << one }.to raise_error(Karafka::Errors::JobsQueueSynchronizationError, "a")
    queue.pop
    expect { queue << one }.to raise_error(Karafka::Errors::JobsQueueSynchronizationError)
    queue.complete(one)
    queue << one
    expect(queue.pop).to equal(one)
  end

  it "counts what works and what waits" do
    expect(queue.statistics).to eq({ busy: 0, enqueued: 0, waiting: 0 })
    2.times { queue << job }
    one = queue.pop
    expect(queue.statistics).to eq({ busy: 1, enqueued: 1, waiting: 0 })
    queue.complete(one)
    expect(queue.statistics).to eq({ busy: 0, enqueued: 1, waiting: 0 })
    expect(queue.statistics).to be_frozen
  end

  it "makes a group wait for its own blocking jobs only" do
    queue << one = job("a")
    queue << job("b", blocking: false)
    queue.wait("b")
    waiting = resting { queue.wait("a") }
    expect(waiting).to be_alive
    queue.complete(queue.pop)
    # The worker that goes to rest wakes the listener.
    resting { queue.pop }
    expect(waiting.join(5)).to eq(waiting)
    expect(one.group_id).to eq("a")
    expect([queue.empty?("a"), queue.empty?("b")]).to eq([true, false])
  end

  it "is kept busy by a job that is withheld, though no worker has it" do
    one = job
    queue.lock(one)
    expect(queue.statistics).to eq({ busy: 0, enqueued: 0, waiting: 1 })
    waiting = resting { queue.wait("a") }
    queue.wait("b")
    expect(waiting).to be_alive
    queue.unlock(one)
    expect(waiting.join(5)).to eq(waiting)
    expect(queue.statistics[:waiting]).to eq(0)
  end

  it "lets a group poll on while a non-blocking job of it is withheld, but not end" do
    queue.lock(one = job(blocking: false))
    queue.wait("a")
    expect(queue.empty?("a")).to be(false)
    queue.unlock(one)
    expect(queue.empty?("a")).to be(true)
  end

  it "takes a withheld job before and after it is let go" do
    first, second = Array.new(2) { job.tap { |one| queue.lock(one) } }
    queue << first
    queue.unlock(first)
    queue.unlock(second)
    queue << second
    expect(Array.new(2) { queue.pop.object_id }).to eq([first, second].map(&:object_id))
  end

  it "refuses to withhold twice, and to let go of what it does not withhold" do
    one = job
    queue.lock(one)
    expect { queue.lock(one) }.to raise_error(Karafka::Errors::JobsQueueSynchronizationError, "a")
    queue.unlock(one)
    expect { queue.unlock(one) }.to raise_error(Karafka::Errors::JobsQueueSynchronizationError, "a")
  end

  it "lets go of a cleared group's jobs, once, and of no other's" do
    queue.lock(one = job)
    queue.lock(other = job("b"))
    queue.clear("a")
    expect(queue.statistics[:waiting]).to eq(1)
    expect { queue.unlock(one) }.to raise_error(Karafka::Errors::JobsQueueSynchronizationError)
    expect(queue.statistics[:waiting]).to eq(1)
    queue.unlock(other)
    expect(queue.statistics[:waiting]).to eq(0)
  end

  it "waits before a reset for what runs, not for what is withheld" do
    queue.lock(job)
    queue << one = job
    draining = resting { queue.drain("a") }
    expect(draining).to be_alive
    queue.complete(queue.pop)
    resting { queue.pop }
    expect(draining.join(5)).to eq(draining)
    expect(one.group_id).to eq("a")
  end

  it "yields while it waits, so that marks and events go on" do
    queue << job
    ticks = Queue.new
    waiting = Thread.new { queue.wait("a") { ticks << true } }
    ticks.pop
    expect(waiting).to be_alive
    queue.clear("a")
    expect(waiting.join(5)).to eq(waiting)
  end

  it "forgets a group's jobs and no other's" do
    queue << job
    queue << other = job("b")
    queue.clear("a")
    expect([queue.empty?("a"), queue.empty?("b")]).to eq([true, false])
    expect(queue.pop).to equal(other)
    expect(queue.in_processing["b"].map(&:object_id)).to eq([other.object_id])
  end

  it "shows what is queued and at work by group" do
    queue << first = job
    queue << second = job("b")
    queue.pop
    shown = queue.in_processing.transform_values { |jobs| jobs.map(&:object_id) }
    expect(shown).to eq({ "a" => [first.object_id], "b" => [second.object_id] })
  end

  it "ends as many idle workers as were asked to go" do
    workers = Array.new(3) { resting { queue.pop } }
    2.times { queue.release_worker }
    Thread.pass until workers.count(&:alive?) == 1
    queue << one = job
    expect(workers.map(&:value).compact.map(&:object_id)).to eq([one.object_id])
  end

  it "works off what is there after it was closed, takes nothing new, and lets listeners go" do
    queue << one = job
    waiting = resting { queue.wait("a") }
    queue.close
    queue << job
    expect(waiting.join(5)).to eq(waiting)
    expect(queue.pop).to equal(one)
    expect(queue.pop).to be_nil
  end

  it "lets a waiting worker be killed and interrupted" do
    worker = resting { queue.pop }
    worker.kill
    expect(worker.join(5)).to eq(worker)
    expect { Timeout.timeout(0.05) { queue.pop } }.to raise_error(Timeout::Error)
    queue << one = job
    expect(queue.pop).to equal(one)
  end

  it "wakes workers for jobs that a listener put there before it waits" do
    popped = Queue.new
    workers = Array.new(2) { resting { popped << queue.pop } }
    jobs = [job, job]
    queue.deferring { jobs.each { |one| queue << one } }
    listener = Thread.new { queue.wait("a") }
    expect(Array.new(2) { popped.pop.object_id }).to match_array(jobs.map(&:object_id))
    workers.each(&:join)
    jobs.each { |one| queue.complete(one) }
    queue.tick("a")
    expect(listener.join(5)).to eq(listener)
  end

  it "leaves nobody asleep when whoever puts jobs there fails half-way" do
    popped = Queue.new
    resting { popped << queue.pop }
    one = job
    failing = lambda do
      queue.deferring do
        queue << one
        raise "scheduler"
      end
    end
    expect { failing.call }.to raise_error(RuntimeError, "scheduler")
    expect(popped.pop).to equal(one)
  end
end
