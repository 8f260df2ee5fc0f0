# frozen_string_literal: true

require_relative "routes_context"

RSpec.describe Karafka::Routing::Topic do
  include_context "with empty routes"

  describe "settings where the last call wins" do
    {
      max_messages: [1, 2], max_wait_time: [10, 20], initial_offset: %w[latest earliest],
      batch_linger: [1, 2],
      consumer_persistence: [true, false],
      kafka: [{ "bootstrap.servers": "a:1" }, { "bootstrap.servers": "b:1" }]
    }.each do |option, (first, last)|
      it "takes #{option}" do
        topic = draw_topic do
          public_send(option, first)
          public_send(option, last)
        end

        expect(topic.public_send(option)).to eq(last)
      end

      it "has #{option} from the root configuration, kept from the draw on" do
        config.public_send(:"#{option}=", first)
        topic = draw_topic
        config.public_send(:"#{option}=", last)

        expect(topic.public_send(option)).to eq(first)
      end
    end

    it "takes the consumer" do
      last = stub_const("LastConsumer", Class.new)
      topic = draw_topic { consumer last }

      expect(topic.consumer).to be(last)
      expect(topic.consumer_class).to be(last)
    end

    it "takes nil as the root value, but of batch_linger" do
      config.max_messages = 7
      config.batch_linger = 7
      topic = draw_topic do
        max_messages 3
        max_messages nil
        max_wait_time nil
        initial_offset nil
        batch_linger nil
      end

      expect(topic.max_messages).to eq(7)
      expect([topic.max_wait_time, topic.initial_offset, topic.batch_linger]).to eq([1_000, "earliest", nil])
    end

    it "changes no root value by reading" do
      before = config.settled_h
      draw_topic.to_h

      expect(config.settled_h).to eq(before)
    end
  end

  describe "#active" do
    it "is true unless said otherwise, by truthiness; the first call wins" do
      expect(draw_topic("a").active?).to be(true)
      expect(draw_topic("b") { [active(nil), active(true)] }.active?).to be(false)
      expect(draw_topic("c") { [active("yes"), active(false)] }.to_h[:active]).to be(true)
      expect(draw_topic("d") { [active(false), active(true)] }.active?).to be(false)
    end
  end

  describe "#active? under filters" do
    before { draw("a", "b") }

    let(:topics) { routes.first.topics }

    it "needs the flag, the group, the connection and the topic to pass" do
      expect(topics.map(&:active?)).to eq([true, true])

      activity_manager.include(:topics, "a")
      expect(topics.map(&:active?)).to eq([true, false])

      activity_manager.exclude(:subscription_groups, topics.first.subscription_group.name)
      expect(topics.map(&:active?)).to eq([false, false])
    end

    it "is false when its group is excluded" do
      activity_manager.exclude(:consumer_groups, "group")

      expect(topics.map(&:active?)).to eq([false, false])
    end

    it "is true for a topic that is both included and excluded" do
      activity_manager.include(:topics, "a")
      activity_manager.exclude(:topics, "a")

      expect(topics.map(&:active?)).to eq([true, false])
    end

    it "never overrules the flag" do
      topic = draw_topic("c") { active false }
      activity_manager.include(:topics, "c")

      expect(topic.active?).to be(false)
    end
  end

  describe "#consumer" do
    it "is the given class while consumers persist, though another has its name now" do
      given = consumer
      topic = draw_topic
      stub_const("EventsConsumer", Class.new)

      expect(topic.consumer).to be(given)
    end

    it "is looked up by name at each call without persistence" do
      topic = draw_topic { consumer_persistence false }
      reloaded = stub_const("EventsConsumer", Class.new)

      expect(topic.consumer).to be(reloaded)
    end

    it "is an anonymous class as it is" do
      anonymous = Class.new
      topic = draw_topic do
        consumer anonymous
        consumer_persistence false
      end

      expect(topic.consumer).to be(anonymous)
    end
  end

  describe "#kafka" do
    let(:shared) { { inherit: true, "fetch.min.bytes": 5 }.freeze }

    it "stands instead of the root settings" do
      topic = draw_topic { kafka("bootstrap.servers": "other:1") }

      expect(topic.kafka).to eq("bootstrap.servers": "other:1")
    end

    it "stands on top of them with `inherit: true`, for each topic that shares the frozen Hash" do
      settings = shared
      draw("a", "b") { kafka(settings) }

      expect(routes.first.topics.map(&:kafka))
        .to eq([{ "bootstrap.servers": "127.0.0.1:9092", "fetch.min.bytes": 5 }] * 2)
      expect(shared.keys).to eq(%i[inherit fetch.min.bytes])
    end

    it "beats them with `inherit: true`" do
      config.kafka = config.kafka.merge("fetch.min.bytes": 1)
      settings = shared

      expect(draw_topic { kafka(settings) }.kafka[:"fetch.min.bytes"]).to eq(5)
    end

    it "stands instead of them with `inherit: false`, which is no property" do
      topic = draw_topic { kafka("bootstrap.servers": "other:1", inherit: false) }

      expect(topic.kafka).to eq("bootstrap.servers": "other:1")
    end

    it "is read, not replaced, by the word alone" do
      topic = draw_topic do
        kafka(inherit: true, "fetch.min.bytes": 5)
        kafka
      end

      expect(topic.kafka).to include("fetch.min.bytes": 5)
    end

    it "is the topic's own Hash" do
      first, second = %w[a b].map { |name| draw_topic(name) }
      first.kafka[:debug] = "all"

      expect([second.kafka, config.kafka]).to eq([{ "bootstrap.servers": "127.0.0.1:9092" }] * 2)
    end

    it "warns of String keys, once, as they have no effect" do
      allow(Karafka.logger).to receive(:warn)
      topic = draw_topic { kafka(inherit: true, "fetch.min.bytes" => 5) }
      routes.draw

      expect(Karafka.logger).to have_received(:warn).with(/events.*fetch\.min\.bytes/).once
      expect(topic.subscription_group.kafka.keys.map(&:to_s)).not_to include("fetch.min.bytes")
    end
  end

  describe "what it is called" do
    it "has an id of group and name, and subscribes by name" do
      topic = draw_topic(:events, group: :shop)

      expect([topic.id, topic.name, topic.subscription_name]).to eq(%w[shop_events events events])
      expect([topic.group, topic.consumer_group].map(&:object_id).uniq).to eq([routes.first.object_id])
      expect(topic.subscription_group).to be(routes.first.subscription_groups.first)
    end
  end

  describe "#to_h" do
    it "shows settings and features, frozen" do
      topic = draw_topic

      expect(topic.to_h).to be_frozen
      expect(topic.to_h).to eq(
        kafka: { "bootstrap.servers": "127.0.0.1:9092" }, max_messages: 100, max_wait_time: 1_000,
        batch_linger: nil, initial_offset: "earliest", consumer_persistence: true, id: "group_events",
        name: "events", active: true, consumer:, group_id: "group", consumer_group_id: "group",
        subscription_group_details: { name: topic.subscription_group.name },
        pause: { active: false, timeout: 1_000, max_timeout: 30_000, with_exponential_backoff: true },
        deserializers: topic.deserializers.to_h,
        declaratives: { active: true, partitions: 1, replication_factor: 1, details: {} },
        eofed: { active: false }, inline_insights: { active: false, required: false },
        manual_offset_management: { active: false }, active_job: { active: false },
        virtual_partitions: topic.virtual_partitions.to_h,
        dead_letter_queue: topic.dead_letter_queue.to_h,
        long_running_job: { active: false },
        patterns: { active: false, type: :regular },
        offset_metadata: topic.offset_metadata.to_h,
        filtering: { active: false, factories: [] }, delaying: { active: false, delay: nil },
        expiring: { active: false, ttl: nil }, throttling: { active: false, limit: nil, interval: nil },
        periodic_job: { active: false, interval: 5_000, during_pause: false, during_retry: false },
        scheduled_messages: { active: false, states_partitions: nil }
      )
    end
  end
end
