# frozen_string_literal: true

require_relative "jobs_helper"

RSpec.describe "Jobs that are worked off", :fresh_app, :jobs do
  it "run once, in order, and are committed" do
    job = job_class
    run = work_off
    job.perform_later(1)
    job.perform_later("two", key: [:three])
    run.await("both jobs") { ran.size == 2 }
    run.stop

    expect(told).to eq([[1], ["two", { key: [:three] }]])
    expect(committed).to eq({ 0 => 2 })
    expect(run.errors("consumer.consume.error")).to be_empty
  end

  it "are published before and after they ran, in the order of their batch" do
    fill(*Array.new(2) { |index| job_class.new(index) })
    run = work_off
    run.await_event("active_job.consumed", 2)
    run.stop

    published = run.events.select { |event| event.name.start_with?("active_job.") }
    expect(published.map { |event| [event.name, event[:job]["arguments"], event[:message].offset] }).to eq(
      [["active_job.consume", [0], 0], ["active_job.consumed", [0], 0],
       ["active_job.consume", [1], 1], ["active_job.consumed", [1], 1]]
    )
    expect(published.last[:caller]).to be_a(Karafka::ActiveJob::Consumer)
    expect(published.last[:caller].tags.to_a).to eq(["WorkJob"])
    expect(published.last[:time]).to be >= 0
    expect(published.last[:message].raw_headers).to eq({})
  end

  it "stop their batch with the one that fails: those before run once, the retry begins there (H-200)" do
    ran = self.ran
    failing = [true, true]
    job = job_class do |number|
      ran << number
      raise "no" if number == 4 && failing.pop
    end
    fill(*Array.new(10) { |index| job.new(index) })
    run = work_off(config: Jobs::QUICK)
    run.await("the last job") { told.last == 9 }
    run.stop

    expect(told).to eq([0, 1, 2, 3, 4, 4, 4, 5, 6, 7, 8, 9])
    expect(run.errors("consumer.consume.error").map { |event| event[:seek_offset] }).to eq([4, 4])
    expect(run.events("consumer.consuming.retry").map { |event| event.payload.values_at(:offset, :attempt) })
      .to eq([[4, 1], [4, 2]])
    expect(committed).to eq({ 0 => 10 })
  end

  it "are committed up to the one that keeps failing, and block only their partition" do
    topic = create_topic("jobs", partitions: 2)
    ran = self.ran
    job = job_class(topic:) { |number| number == 2 ? raise("no") : ran << number }
    peer.produce(topic, [0, 1, 2, 3].map do |number|
                          { payload: JSON.generate(job.new(number).serialize), partition: 0 }
                        end)
    run = work_off(topic:, config: Jobs::QUICK)
    run.await_event("consumer.consuming.retry", 3)
    peer.produce(topic, [{ payload: JSON.generate(job.new(10).serialize), partition: 1 }])
    run.await("the other partition") { told.include?(10) }
    run.stop

    expect(told).to eq([0, 1, 10])
    expect(committed(topic)).to eq({ 0 => 2, 1 => 1 })
  end

  {
    "of a class that nobody knows" => ['{"job_class":"GoneJob","job_id":"1","arguments":[]}', "NameError"],
    "that are no JSON" => ["not a job", "JSON::ParserError"],
    "that are tombstones" => [nil, "TypeError"],
    "that are JSON of something else" => ['{"order":7}', "Karafka::Errors::UnsupportedCaseError"]
  }.each do |name, (payload, error)|
    it "#{name} are reported and retried; what came before is committed and nothing is passed over" do
      fill(job_class.new(1), payload, job_class.new(2))
      run = work_off(config: Jobs::QUICK)
      run.await_event("consumer.consuming.retry", 2)
      run.stop

      expect(told).to eq([[1]])
      errors = run.errors("consumer.consume.error").map { |event| event[:error] }
      expect(errors.map { |one| one.class.ancestors.map(&:name) }).to all(include(error))
      expect(errors.size).to be >= 2
      expect(committed).to eq({ 0 => 1 })
    end
  end

  it "of a class that comes with the next deploy run then" do
    fill('{"job_class":"NewJob","job_id":"1","arguments":[5]}')
    run = work_off(config: Jobs::QUICK)
    run.await_event("consumer.consuming.retry")
    job_class("NewJob")
    run.await("the job") { told == [[5]] }
    run.stop

    expect(committed).to eq({ 0 => 1 })
  end

  it "written by another producer run as well, whatever headers and key it gave" do
    job = job_class.new(7)
    peer.produce(queue, [{ payload: JSON.pretty_generate(job.serialize.merge("more" => 1)), key: "k",
                           headers: { "a" => "b" } }])
    run = work_off
    run.await("the job") { told == [[7]] }
    run.stop

    expect(committed).to eq({ 0 => 1 })
  end

  it "stop with a lost partition: no other job of the batch begins, and none is passed over" do
    ran = self.ran
    lost = Queue.new
    job = job_class do |number|
      ran << number
      lost.pop if number.zero? && ran.size == 1
    end
    fill(*Array.new(3) { |index| job.new(index) })
    run = work_off(kafka: { "max.poll.interval.ms": 6_000, "session.timeout.ms": 6_000 })
    consumer = run.await_event("active_job.consume")[:caller]
    run.await("the loss", within: 60) { consumer.send(:revoked?) }
    lost << true
    run.await("the last job", within: 60) { told.last == 2 }
    run.stop

    expect(told).to eq([0, 0, 1, 2])
    expect(committed).to eq({ 0 => 3 })
  end
end
