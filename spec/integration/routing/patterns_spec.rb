# frozen_string_literal: true

require "timeout"
require_relative "../spec_helper"

RSpec.describe "Routing patterns", :fresh_app do
  let(:prefix) { unique("shop") }
  let(:seen) { Queue.new }

  # A consumer that may create topics makes one that was deleted anew by asking for it.
  def refresh = { "topic.metadata.refresh.interval.ms": 500, "allow.auto.create.topics": false }

  def create(suffix, payloads = [])
    peer.create_topic("#{prefix}#{suffix}", partitions: 1, settings: {}).tap do |topic|
      peer.produce(topic, payloads) unless payloads.empty?
    end
  end

  def matching(name = "matched")
    log = seen
    Class.new(Karafka::BaseConsumer) do
      define_method(:consume) { messages.each { |message| log << [name, topic.name, message.raw_payload] } }
    end
  end

  def await_seen(count)
    Array.new(count) { Timeout.timeout(60) { seen.pop } }
  end

  { "classic" => {}, "consumer" => { "group.protocol": "consumer" } }.each do |protocol, kafka|
    describe "with the #{protocol} protocol" do
      let(:kafka_settings) { { **refresh, **kafka } }

      def serve_pattern(**config)
        klass = matching
        regexp = Regexp.new("#{Regexp.escape(prefix)}_.*".gsub("\\-", "-"))
        serve(kafka: kafka_settings, config:) do
          pattern(:matched, regexp) { [consumer(klass), max_messages(5)] }
        end
      end

      it "consumes topics that are there and those that come, each once, by the matcher's consumer" do
        create("_a", %w[1])
        create("-other", %w[never])
        run = serve_pattern
        expect(await_seen(1)).to eq([["matched", "#{prefix}_a", "1"]])
        create("_b", %w[2 3])
        expect(await_seen(2)).to eq([["matched", "#{prefix}_b", "2"], ["matched", "#{prefix}_b", "3"]])
        peer.produce("#{prefix}_a", %w[4])
        expect(await_seen(1)).to eq([["matched", "#{prefix}_a", "4"]])

        group = Karafka::App.routes.first
        expect(group.topics.map(&:name)).to eq(["matched", "#{prefix}_a", "#{prefix}_b"])
        expect(Karafka::App.assignments.keys.map(&:name)).to contain_exactly("#{prefix}_a", "#{prefix}_b")
        expect(Karafka::App.assignments.keys.map(&:max_messages)).to eq([5, 5])
        run.stop

        expect(seen).to be_empty
        expect(run.errors).to be_empty
      end

      it "knows the topic when listeners hear of the assignment (H-233)" do
        create("_a", %w[1])
        heard = []
        before_start do
          Karafka.monitor.subscribe("rebalance.partitions_assign") do |event|
            names = event[:tpl].to_h.keys
            heard.concat(event[:group].topics.select { |routed| names.include?(routed.name) })
          end
        end
        run = serve_pattern
        await_seen(1)
        run.stop

        expect(heard.map(&:name)).to eq(["#{prefix}_a"])
        expect(heard.first.patterns.type).to eq(:discovered)
      end

      it "consumes a topic that was deleted and made again, by the same topic; others go on (H-239)" do
        topic = create("_a", %w[1])
        other = create("_b", %w[1])
        run = serve_pattern
        await_seen(2)
        routed = Karafka::App.assignments.keys.find { |one| one.name == topic }
        Karafka::Admin.delete_topic(topic)
        run.await("the loss") { Karafka::App.assignments.keys.map(&:name) == [other] }
        peer.produce(other, %w[2])
        expect(await_seen(1)).to eq([["matched", other, "2"]])
        # The first offset may count as consumed: it was committed when the old topic was given away.
        create("_a", %w[2 3])
        expect(await_seen(1).first).to eq(["matched", topic, "2"]).or eq(["matched", topic, "3"])

        expect(Karafka::App.assignments.keys).to include(routed)
        expect(Karafka::App.routes.first.topics.count { |one| one.name == topic }).to eq(1)
        run.stop
      end

      it "leaves out a topic that the process excludes by its name" do
        create("_in", %w[1])
        create("_out", %w[2])
        Karafka::App.config.internal.routing.activity_manager.exclude(:topics, "#{prefix}_out")
        run = serve_pattern
        expect(await_seen(1)).to eq([["matched", "#{prefix}_in", "1"]])
        peer.produce("#{prefix}_out", %w[3])
        peer.produce("#{prefix}_in", %w[4])
        expect(await_seen(1)).to eq([["matched", "#{prefix}_in", "4"]])
        turns = run.events("connection.listener.fetch_loop").size
        run.await_event("connection.listener.fetch_loop", turns + 3)
        run.stop

        expect(seen).to be_empty
        Karafka::App.config.internal.routing.activity_manager.clear
      end
    end
  end

  it "gives an exact name to its own consumer, over another connection of the group" do
    create("_a", %w[1])
    create("_own", %w[2])
    matched = matching
    own = matching("own")
    exact = "#{prefix}_own"
    regexp = /#{prefix}_.*/
    run = serve(kafka: refresh) do
      pattern(regexp) { consumer matched }
      topic(exact) { [consumer(own), max_messages(3)] }
    end

    expect(await_seen(2)).to contain_exactly(["matched", "#{prefix}_a", "1"], ["own", exact, "2"])
    run.stop
  end

  it "matches a part of a name in the classic protocol, the whole one in the other (H-236)" do
    create("_a", %w[1])
    matched = matching
    klasses = { {} => true, { "group.protocol": "consumer" } => false }
    found = klasses.keys.map do |settings|
      source = prefix
      run = serve(group: unique("group"), kafka: { **refresh, **settings }) do
        pattern(/#{source}/) { consumer matched }
      end
      run.await_event("connection.listener.fetch_loop", 20)
      run.stop
      run.events("consumer.consume").any?
    end

    expect(found).to eq(klasses.values)
  end

  it "gives its features to topics that it finds, and tells at boot which dead letters it matches" do
    create("_a", %w[good poison good])
    dead = create_topic("dead")
    source = prefix
    seen = self.seen
    klass = Class.new(Karafka::BaseConsumer) do
      define_method(:consume) do
        messages.each do |message|
          raise "no" if message.raw_payload == "poison"

          seen << message.offset
          mark_as_consumed(message)
        end
      end
    end
    run = serve(kafka: refresh, config: { pause: { timeout: 20, max_timeout: 40 } }) do
      pattern(:all, /#{source}_.*|#{dead}/) do
        [consumer(klass), dead_letter_queue(topic: dead, max_retries: 1, dispatch_method: :produce_sync)]
      end
    end
    run.await("the dead letter") { run.events("dead_letter_queue.dispatched").any? }
    expect(await_seen(2)).to eq([0, 2])
    # The loop that the log told of: the dead letter comes, and fails, again.
    run.await("the loop") do
      run.events("dead_letter_queue.dispatched").any? { |event| event[:message].topic == dead }
    end
    run.stop

    origin = peer.read(dead, count: 1).first.headers.to_h
    expect(origin).to include("source_topic" => "#{prefix}_a", "source_offset" => "1")
    expect(app_log).to match(/pattern all .* of group #{spec_group} can match #{dead}.* letters of topic all/)
  end

  it "runs jobs of topics that it finds" do
    require "active_job"
    require "active_job/karafka"
    ran = seen
    stub_const("PatternJob", Class.new(ActiveJob::Base) { define_method(:perform) { |text| ran << text } })
    PatternJob.queue_adapter = :karafka
    PatternJob.logger = nil
    source = prefix
    run = serve(kafka: refresh) { active_job_pattern(/#{source}_.*/) }
    create("_jobs")
    PatternJob.set(queue: "#{prefix}_jobs").perform_later("done")

    expect(await_seen(1)).to eq(["done"])
    run.stop
    expect(peer.committed(spec_group, "#{prefix}_jobs")[0]).to eq(1)
  end
end
