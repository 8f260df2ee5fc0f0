# frozen_string_literal: true

require_relative "jobs_helper"

RSpec.describe "Jobs for later", :fresh_app, :jobs do
  let(:later) do
    name = create_topic("later", partitions: 2, cleanup_policy: "compact")
    name.tap { peer.create_topic("#{name}_states", partitions: 2) }
  end
  let(:config) { { **Jobs::QUICK, scheduled_messages: { interval: 200, group_id: unique("schedules") } } }

  # A server that works jobs off and lets others wait.
  def work
    waiting = later
    jobs = queue
    group = spec_group
    serve_groups(config:) do
      consumer_group(group) { active_job_topic(jobs) }
      scheduled_messages(waiting)
    end
  end

  def later_job(name = "WorkJob", **options, &perform)
    job_class(name, options: { scheduled_messages_topic: later, dispatch_method: :produce_sync, **options },
              &perform)
  end

  it "run when their time has come, once, with their key" do
    ran = self.ran
    job = later_job(partitioner: ->(given) { given.arguments.first }) { |*given| ran << [Time.now, *given] }
    run = work
    due = Time.now + 2
    job.set(wait_until: due).perform_later("user-7")
    job.perform_later("at once")
    run.await("both jobs") { told.size == 2 }
    run.stop

    expect(told.map(&:last)).to eq(["at once", "user-7"])
    expect(told.last.first).to be >= due
    expect(peer.read(queue, count: 2).map(&:key)).to eq(["at once", "user-7"])
    expect(peer.watermarks(queue)).to eq([0, 2])
    expect(committed).to eq({ 0 => 2 })
  end

  it "wait while no server runs" do
    waiting = later
    set_up
    Karafka::App.routes.draw { scheduled_messages(waiting) }
    later_job.set(wait: 1).perform_later(1)
    expect(peer.watermarks(queue)).to eq([0, 0])
    run = work
    run.await("the job") { told == [[1]] }
    run.stop
  end

  it "may be retries: the partition goes on meanwhile" do
    ran = self.ran
    job = later_job do |number|
      ran << [number, executions]
      raise IOError, "not yet" if number == 1 && executions == 1
    end
    job.retry_on(IOError, wait: 2)
    run = work
    [1, 2].each { |number| job.perform_later(number) }
    run.await("the retry") { told.include?([1, 2]) }
    run.stop

    expect(told).to eq([[1, 1], [2, 1], [1, 2]])
    expect(run.errors("consumer.consume.error")).to be_empty
    expect(committed).to eq({ 0 => 3 })
  end

  it "are among those enqueued in bulk" do
    job = later_job(dispatch_many_method: :produce_many_sync)
    run = work
    jobs = [job.new("later").tap { |one| one.scheduled_at = Time.now + 1 }, job.new("now")]
    expect(ActiveJob::QueueAdapters::KarafkaAdapter.new.enqueue_all(jobs)).to eq(2)
    run.await("both jobs") { told.size == 2 }
    run.stop
    expect(told).to eq([["now"], ["later"]])
  end
end
