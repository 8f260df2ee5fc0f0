# frozen_string_literal: true

require_relative "jobs_helper"

RSpec.describe "Current attributes of jobs", :fresh_app, :jobs do
  let(:current) { stub_const("Current", Class.new(ActiveSupport::CurrentAttributes) { attribute(:user_id) }) }

  before do
    current
    Karafka::ActiveJob::CurrentAttributes.persist("Current")
  end

  after { ActiveSupport::CurrentAttributes.clear_all }

  # Enqueues with a user, or none.
  def enqueue(job, user)
    Current.user_id = user
    job.queue_adapter.enqueue(job.new(user))
  ensure
    Current.reset
  end

  # One worker, so that all jobs run on one thread.
  def work = work_off(config: { concurrency: 1, **Jobs::QUICK })

  it "are there in the job that was enqueued with them, nil in the next one, also after a raise (H-199)" do
    ran = self.ran
    failures = [true]
    job = job_class(options: { dispatch_method: :produce_sync }) do |user|
      ran << [user, Current.user_id]
      raise "no" if user == 2 && failures.pop
    end
    set_up
    [1, nil, 2].each { |user| enqueue(job, user) }
    plain = job_class("PlainJob", options: { dispatch_method: :produce_sync }) do |*|
      ran << [:plain, Current.user_id]
    end
    enqueue(plain, nil)
    run = work
    run.await("the last job") { told.map(&:first).include?(:plain) }
    run.stop

    expect(told).to eq([[1, 1], [nil, nil], [2, 2], [2, 2], [:plain, nil]])
    expect(committed).to eq({ 0 => 4 })
  end

  it "leave nothing to jobs of another topic on the same thread, between failures (H-199)" do
    ran = self.ran
    failures = [true, true]
    failing = job_class do |_user|
      ran << Current.user_id
      raise "no" if failures.pop
    end
    other = create_topic("plain")
    plain = job_class("PlainJob", topic: other) { |*| ran << [:plain, Current.user_id] }
    set_up
    enqueue(failing, 5)
    enqueue(plain, nil)
    topics = [queue, other]
    run = serve(config: { concurrency: 1, **Jobs::QUICK }) { topics.each { |topic| active_job_topic(topic) } }
    run.await_event("consumer.consuming.retry")
    enqueue(plain, nil)
    run.await("all") { told.size == 5 }
    run.stop

    expect(told.tally).to eq({ 5 => 3, [:plain, nil] => 2 })
  end
end
