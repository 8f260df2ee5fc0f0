# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "The wrapper around a consumer's hooks", :fresh_app do
  let(:topic) { create_topic }
  let(:quick) { { concurrency: 1, pause: { timeout: 50, max_timeout: 100 } } }

  before { peer.produce(topic, %w[0]) }

  it "may answer nil without harm" do
    seen = []
    run = consume(topic, config: quick) do
      define_method(:consume) { seen.concat(messages.map(&:offset)) }
      def wrap(_action)
        yield
        nil
      end
    end
    run.await_event("consumer.consumed")
    peer.produce(topic, %w[1])
    run.await_event("consumer.consumed", 2)
    run.stop

    expect(seen).to eq([0, 1])
    expect(run.errors).to be_empty
  end

  it "that never yields is a failed run: told, retried at the batch's first offset, never committed past" do
    skipped = 2
    seen = []
    run = consume(topic, config: quick) do
      define_method(:consume) { seen << messages.map(&:offset) }
      define_method(:wrap) do |action, &block|
        block.call unless action == :consume && (skipped -= 1) >= 0
      end
    end
    run.await_event("consumer.consuming.retry")
    peer.produce(topic, %w[1])
    run.await("everything") { seen.flatten.include?(1) }
    run.stop

    expect(seen.flatten).to eq([0, 1])
    expect(run.errors.map { |event| event[:type] }).to eq(["consumer.wrap.error"] * 2)
    expect(run.events("consumer.consuming.retry").map { |event| event[:offset] }).to eq([0, 0])
  end

  it "that raises before its yield is a failed run" do
    failures = [1]
    seen = []
    run = consume(topic, config: quick) do
      define_method(:consume) { seen << messages.map(&:offset) }
      define_method(:wrap) do |action, &block|
        raise "no connection" if action == :consume && failures.shift

        block.call
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(seen).to eq([[0]])
    expect(run.errors.map { |event| event[:type] }).to eq(["consumer.wrap.error"])
    expect(run.events("consumer.consuming.retry").size).to eq(1)
  end

  it "that raises after its yield is told only: the run counts as it ended" do
    failures = [1]
    seen = []
    run = consume(topic, config: quick) do
      define_method(:consume) { seen << messages.map(&:offset) }
      define_method(:wrap) do |action, &block|
        block.call
        raise "could not return it" if action == :consume && failures.shift
      end
    end
    run.await_event("worker.completed")
    peer.produce(topic, %w[1])
    run.await_event("consumer.consumed", 2)
    run.stop

    expect(seen).to eq([[0], [1]])
    expect(run.errors.map { |event| event[:type] }).to eq(["consumer.wrap.error"])
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 2 })
  end

  it "that raises more than a StandardError loses neither worker nor batch" do
    failures = [1]
    seen = []
    run = consume(topic, config: quick) do
      define_method(:consume) { seen << messages.map(&:offset) }
      define_method(:wrap) do |action, &block|
        raise NotImplementedError, "not yet" if action == :consume && failures.shift

        block.call
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(seen).to eq([[0]])
    expect(run.errors.map { |event| event[:type] }).to eq(["worker.process.error"])
  end

  it "of jobs (worker_job_call_wrapper) surrounds the hook alone; without a yield the run failed" do
    story = []
    skips = [1]
    wrapper = Object.new
    wrapper.define_singleton_method(:wrap) do |&block|
      story << :open
      block.call unless skips.shift
      story << :close
    end
    run = consume(topic,
                  config: { **quick, internal: { processing: { worker_job_call_wrapper: wrapper } } }) do
      define_method(:consume) { story << :consume }
      define_method(:wrap) do |_action, &block|
        story << :wrap
        block.call
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(story.first(7)).to eq(%i[wrap open close wrap open consume close])
    expect(run.events("consumer.consuming.retry").size).to eq(1)
  end
end
