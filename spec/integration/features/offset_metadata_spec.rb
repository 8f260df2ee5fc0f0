# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Offset metadata", :fresh_app do
  include Specs::Members

  # What a first process leaves beside the offset, as a second one reads it.
  def left_by(topic, routing: nil, failing: false, &body)
    run = consume(topic, routing:, &body)
    run.await_event("consumer.consumed")
    run.stop
    seen = nil
    peer.produce(topic, %w[later])
    reading = consume(topic) { define_method(:consume) { seen = offset_metadata } }
    reading.await_event("consumer.consumed")
    reading.stop
    expect((failing ? [] : run.errors) + reading.errors).to be_empty
    seen
  end

  let(:topic) { create_topic.tap { |name| peer.produce(name, %w[0 1 2]) } }

  def manual = proc { manual_offset_management true }

  it "is read by another process as it was marked" do
    child = run_app(<<~RUBY, { "TOPIC" => topic, "GROUP" => spec_group })
      require "karafka"
      class Marking < Karafka::BaseConsumer
        def consume
          mark_as_consumed!(messages.last, "from process \#{Process.pid}, ü")
          puts "marked \#{Process.pid}"
        end
      end
      class App < Karafka::App
        setup { |config| config.kafka = { "bootstrap.servers": ENV["KAFKA"] } }
        routes.draw { consumer_group(ENV["GROUP"]) { topic(ENV["TOPIC"]) { [consumer(Marking), manual_offset_management(true)] } } }
      end
      Karafka::Server.run
    RUBY
    pid = child.await_line(/\Amarked (\d+)/)[1]
    child.signal("TERM")
    expect(child.exit_status).to eq(0)
    seen = nil
    peer.produce(topic, %w[later])
    run = consume(topic) { define_method(:consume) { seen = offset_metadata } }
    run.await_event("consumer.consumed")
    run.stop

    expect(seen).to eq("from process #{pid}, ü")
  end

  it "reaches the automatic mark when it waited" do
    expect(left_by(topic) { def consume = store_offset_metadata("waited") }).to eq("waited")
  end

  it "goes with the mark of a message that is given up (H-037)" do
    routing = lambda do
      manual_offset_management true
      dead_letter_queue(topic: false, max_retries: 0, mark_after_dispatch: true)
    end
    text = left_by(topic, routing:, failing: true) do
      def consume
        return unless messages.first.offset.zero?

        store_offset_metadata("waited")
        raise "given up"
      end
    end

    expect(text).to eq("waited")
  end

  it "is used by the first mark that stores, once" do
    text = left_by(topic, routing: manual) do
      def consume
        store_offset_metadata("first")
        messages.each { |message| mark_as_consumed(message) }
      end
    end

    expect(text).to eq("")
  end

  it "is not used by a mark of what is marked already" do
    text = left_by(topic, routing: manual) do
      def consume
        mark_as_consumed(messages.first, "old")
        store_offset_metadata("kept")
        mark_as_consumed(messages.first)
        mark_as_consumed(messages.last)
      end
    end

    expect(text).to eq("kept")
  end

  it "gives way to what a mark brings itself" do
    text = left_by(topic, routing: manual) do
      def consume
        store_offset_metadata("waiting")
        mark_as_consumed(messages.to_a[1], "own")
        mark_as_consumed!(messages.last, "last")
      end
    end

    expect(text).to eq("last")
  end

  it "refuses what is no text" do
    refused = []
    run = consume(topic, routing: manual) do
      define_method(:consume) do
        [-> { mark_as_consumed(messages.last, 1) }, -> { mark_as_consumed!(messages.last, :a) },
         -> { store_offset_metadata([]) }].each do |call|
          call.call
        rescue ArgumentError => e
          refused << e.message
        end
      end
    end
    run.await_event("consumer.consumed")
    run.stop

    expect(refused).to contain_exactly(/not 1/, /not :a/, /not \[\]/)
  end

  it "is what it was at the first reading, with the cache, and what it is without" do
    kept, fresh = [true, false].map do |cache|
      read = []
      run = consume(topic, group: unique("group"), routing: proc { offset_metadata(cache:) }) do
        define_method(:consume) do
          read << offset_metadata
          mark_as_consumed!(messages.last, "new")
          read << offset_metadata
        end
      end
      run.await_event("consumer.consumed")
      run.stop
      read
    end

    expect(kept).to eq(["", ""])
    expect(fresh).to eq(["", "new"])
  end

  it "is false once the partition is gone, and does not outlive it" do
    lost = Queue.new
    run = consume(topic, kafka: { "partition.assignment.strategy": "range", "session.timeout.ms": 6_000 }) do
      define_method(:consume) { mark_as_consumed!(messages.last, "mine") }
      define_method(:revoked) { lost << [store_offset_metadata("late"), offset_metadata] }
    end
    run.await_event("consumer.consumed")
    # Somebody who comes takes everything away from everybody, for a moment.
    peer.join("other", spec_group, topic)
    run.await("the revocation") { !lost.empty? }
    peer.leave("other")
    run.stop

    expect(lost.pop).to eq([nil, false])
    expect(run.errors).to be_empty
  end

  it "is false in a run that outlived its assignment" do
    stalling = <<~RUBY
      say("before", offset_metadata.inspect)
      deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 20
      lookup = Karafka::Pro::Processing::ConsumerGroups::OffsetMetadata::Fetcher
      sleep(0.05) until lookup.find(topic, partition) == false ||
                        Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
      say("after", lookup.find(topic, partition).inspect, offset_metadata.inspect)
    RUBY
    app = member(spec_group, topic, consume: stalling,
                                    kafka: { "session.timeout.ms" => 1_500, "max.poll.interval.ms" => 2_000 })

    expect(app.await_line(/^before (.*)/)[1]).to eq('""')
    expect(app.await_line(/^after (.*)/)[1]).to eq("false false")
    terminate(app)
  end
end
