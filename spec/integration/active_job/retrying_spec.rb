# frozen_string_literal: true

require_relative "jobs_helper"

# What Active Job itself does about errors, and what is left to the topic.
RSpec.describe "Jobs with `retry_on` and `discard_on`", :fresh_app, :jobs do
  # @return [Array<Hash>] what is in the topic
  def written(count) = peer.read(queue, count:).map { |message| JSON.parse(message.payload) }

  it "go to the end of the topic when they are retried, and count as done where they were" do
    ran = self.ran
    job = job_class do |number|
      ran << [number, executions]
      raise IOError, "no" if number == 1 && executions < 3
    end
    job.retry_on(IOError, wait: 0, attempts: 5)
    fill(job.new(1), job.new(2))
    run = work_off
    run.await("the third attempt") { told.include?([1, 3]) }
    run.await_event("active_job.consumed", 4)
    run.stop

    expect(told).to eq([[1, 1], [2, 1], [1, 2], [1, 3]])
    expect(run.errors("consumer.consume.error")).to be_empty
    expect(written(4).map { |one| one.values_at("arguments", "executions") })
      .to eq([[[1], 0], [[2], 0], [[1], 1], [[1], 2]])
    expect(committed).to eq({ 0 => 4 })
  end

  it "are done when they are discarded" do
    job = job_class { raise IOError }
    job.discard_on(IOError)
    fill(job.new, job_class("OtherJob").new(2))
    run = work_off
    run.await("the next job") { told == [[2]] }
    run.stop

    expect([run.errors("consumer.consume.error"), committed]).to eq([[], { 0 => 2 }])
  end

  it "block their partition once the attempts are used up, without counting further" do
    ran = self.ran
    job = job_class do
      ran << executions
      raise IOError, "no"
    end
    job.retry_on(IOError, wait: 0, attempts: 2)
    fill(job.new)
    run = work_off(config: Jobs::QUICK)
    run.await_event("consumer.consuming.retry", 3)
    run.stop

    expect(told.first(4)).to eq([1, 2, 2, 2])
    expect(run.errors("consumer.consume.error").map { |event| event[:error].class }.uniq).to eq([IOError])
    expect(committed).to eq({ 0 => 1 })
    expect(peer.watermarks(queue)).to eq([0, 2])
  end

  it "are not lost when the retry cannot be enqueued: the message is retried" do
    job = job_class { raise IOError, "no" }
    job.retry_on(IOError, wait: 60)
    fill(job.new)
    run = work_off(config: Jobs::QUICK)
    run.await_event("consumer.consuming.retry", 2)
    run.stop

    expect(run.errors("consumer.consume.error").map do |event|
             event[:error].class
           end.uniq).to eq([NotImplementedError])
    expect(committed.fetch(0, -1)).to be <= 0
    expect(peer.watermarks(queue)).to eq([0, 1])
  end
end
