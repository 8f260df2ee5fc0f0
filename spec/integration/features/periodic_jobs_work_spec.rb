# frozen_string_literal: true

require_relative "periodic_jobs_helper"
require_relative "transactions_helper"

RSpec.describe "A tick", :fresh_app, :ticking do
  include Transactions

  let(:topic) { create_topic }
  let(:target) { create_topic("target") }

  def place(offset) = Karafka::Messages::Seek.new(topic, 0, offset)

  it "marks nothing before the first batch, and answers true" do
    answers = Queue.new
    seek = place(5)
    run = ticking(kafka: { "auto.commit.interval.ms": 200 },
                  tick: -> { answers << [mark_as_consumed(seek), mark_as_consumed!(seek), commit_offsets!] })
    run.await_event("consumer.ticked", 3)
    run.stop
    expect(answers.pop).to eq([true, true, true])
    expect(peer.committed(spec_group, topic)).to be_empty
  end

  it "marks what batches have left" do
    peer.produce(topic, %w[0 1 2])
    run = ticking(routing: -> { manual_offset_management true },
                  tick: -> { mark_as_consumed!(messages.last) if messages.any? })
    run.await_event("consumer.consumed")
    await_tick_behind(run, run.events("consumer.consumed").first)
    await("the commit") { committed == 3 }
    run.stop
    expect(noted.find(&:used).to_a).to eq([0, 3, true, 0])
  end

  it "seeks: messages come again from there" do
    peer.produce(topic, %w[0 1 2])
    sought = Queue.new
    batches = Queue.new
    run = ticking(tick: -> { seek(1) if messages.any? && sought.empty? && (sought << true) }) do
      define_method(:consume) { batches << messages.map(&:offset) }
    end
    run.await_event("consumer.consumed", 2)
    run.stop
    expect(Array.new(batches.size) { batches.pop }).to eq([[0, 1, 2], [1, 2]])
    expect(run.events("consumer.consuming.seek").map { |one| one[:manual_seek] }).to eq([true])
    expect(committed).to eq(3)
  end

  %w[earliest latest].each do |initial|
    it "pauses before the first message, and resumes in a later one: nothing is lost, from #{initial}" do
      address = topic
      steps = Queue.new
      run = ticking(routing: -> { initial_offset initial }, tick: lambda {
        case (steps << true).size
        when 1 then pause(nil, 60_000)
        when 2 then produce_sync(topic: address, payload: "while it rests")
        when 3 then resume
        end
      })
      run.await_event("consumer.consumed")
      run.stop
      story = run.events.select do |one|
        %w[consumer.consuming.pause client.resume consumer.consume].include?(one.name)
      end
      expect(story.map(&:name)).to eq(%w[consumer.consuming.pause client.resume consumer.consume])
      expect(run.events("consumer.consume").first[:caller].messages.raw_payloads).to eq(["while it rests"])
      expect(committed).to eq(1)
    end
  end

  it "has transactions: what it produces and marks is durable together" do
    peer.produce(topic, %w[0 1])
    copies = target
    tx = producer
    run = ticking(routing: -> { manual_offset_management true }, tick: lambda {
      next if messages.empty? || seek_offset == 2

      transaction do
        messages.each { |message| produce_async(topic: copies, payload: message.raw_payload) }
        mark_as_consumed(messages.last)
      end
    }) { define_method(:initialized) { self.producer = tx } }
    run.await_event("consumer.consuming.transaction")
    run.stop
    expect(visible).to eq(%w[0 1])
    expect(committed).to eq(2)
  end

  it "answers false where the partition was taken away meanwhile" do
    peer.produce(topic, %w[0])
    begun = Queue.new
    lost = Queue.new
    answers = Queue.new
    run = ticking(routing: lambda {
      long_running_job true
      manual_offset_management true
    }, tick: lambda {
      next unless messages.any? && begun.empty?

      begun << true
      lost.pop
      answers << [revoked?, mark_as_consumed(messages.last)]
    }) { define_method(:revoked) { lost << true } }
    run.await("a tick at work") { begun.size == 1 }
    peer.join("thief", spec_group, topic)
    run.await("its answers") { answers.size == 1 }
    peer.leave("thief")
    run.stop
    expect(answers.pop).to eq([true, false])
  end

  it "is scheduled by the app's scheduler" do
    seen = Queue.new
    own = Class.new(Karafka::Pro::Processing::Schedulers::Base) do
      define_method(:schedule_periodic) do |jobs|
        seen << jobs.map { |job| [job.class, job.finished?, job.executor.topic.name] }
        super(jobs)
      end
    end
    run = ticking(config: { internal: { processing: { scheduler_class: own } } })
    run.await_event("consumer.ticked")
    run.stop
    expect(seen.pop).to eq([[Karafka::Processing::Jobs::Periodic, false, topic]])
  end

  it "is wrapped, and skipped without harm by a wrapper that does not yield" do
    wrapped = Queue.new
    run = ticking { define_method(:wrap) { |action, &block| (wrapped << action).size > 2 && block.call } }
    run.await_event("consumer.ticked")
    run.stop
    expect(Array.new(3) { wrapped.pop }).to eq(%i[tick tick tick])
    expect(run.errors).to be_empty
  end
end
