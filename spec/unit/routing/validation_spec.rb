# frozen_string_literal: true

require_relative "routes_context"

RSpec.describe Karafka::Routing::Validation do
  include_context "with empty routes"

  describe "groups" do
    it "refuses ids that are no Kafka names, be they newlines, spaces, NUL or broken UTF-8" do
      ["a b", "a\n", "\0", ""].each do |id|
        expect { draw("events", group: id) }.to refuse("routes.#{id}.id": /letters, digits/)
        routes.clear
      end
      ["ä", "\xFF"].each do |id|
        expect do
          draw("events", group: id)
        end.to raise_error(Karafka::Errors::InvalidConfigurationError, /letters, digits/)
        routes.clear
      end
    end

    it "refuses a group without topics" do
      expect { routes.draw { consumer_group(:empty) } }.to refuse("routes.empty.topics": /empty/)
    end

    it "lists all failing rules of one group together" do
      expect do
        routes.draw do
          consumer_group("a b")
        end
      end.to refuse("routes.a b.id": /a b/, "routes.a b.topics": /empty/)
    end

    it "refuses a topic routed twice in one group and hints at the boot file" do
      expect do
        draw("a", "a")
      end.to refuse("routes.group.topics": /"a" is routed 2 times.*boot file loaded twice/)
    end

    it "names the consumers where one topic has two" do
      stub_const("OtherConsumer", Class.new)
      draw("a")
      expect { draw("a") { consumer OtherConsumer } }
        .to refuse("routes.group.topics": /EventsConsumer, OtherConsumer/)
    end

    [%w[a.b a_b], %w[a_b a.b], %w[x_y z x.y]].each do |names|
      it "refuses #{names.join(", ")} in one group, in any order" do
        expect { draw(*names) }.to refuse("routes.group.topics": /differ in `.` and `_` only/)
      end

      it "takes #{names.join(", ")} without topic namespacing" do
        config.strict_topics_namespacing = false

        expect { draw(*names) }.not_to raise_error
      end
    end

    it "takes names that differ in `.` and `_` in two groups" do
      draw("a.b", group: "one")

      expect { draw("a_b", group: "two") }.not_to raise_error
    end
  end

  describe "topics" do
    def path(option)
      :"routes.group.events.#{option}"
    end

    it "refuses names that are no Kafka names, and the ids made of them" do
      expect { draw("a b") }.to refuse("routes.group.a b.name": /"a b"/, "routes.group.a b.id": /"group_a b"/)
    end

    it "refuses a name with both `.` and `_`, unless namespacing is off" do
      expect { draw("a.b_c") }.to refuse("routes.group.a.b_c.name": /mixes/)

      config.strict_topics_namespacing = false
      expect { routes.draw }.not_to raise_error
    end

    it "refuses an active topic without consumer, whatever the process filters" do
      activity_manager.exclude(:topics, "events")
      expect { draw("events") { consumer nil } }.to refuse(path(:consumer) => /active/)
    end

    it "takes an inactive topic without consumer" do
      expect { draw("events") { [consumer(nil), active(false)] } }.not_to raise_error
    end

    {
      max_messages: [[0, -1, 1.5, "1", true, false], [1, 100, nil]],
      max_wait_time: [[9, 0, -1, 10.5, "10", false], [10, 1_000, nil]],
      batch_linger: [[-1, 1.5, "1", true, false], [0, 5, nil]],
      initial_offset: [[:earliest, "first", "", 0, false], ["earliest", "latest", nil]]
    }.each do |option, (refused, taken)|
      refused.each do |value|
        it "refuses #{option} #{value.inspect}" do
          expect { draw("events") { public_send(option, value) } }
            .to refuse(path(option) => Regexp.new(Regexp.escape(value.inspect)))
        end
      end

      taken.each do |value|
        it "takes #{option} #{value.inspect}" do
          expect { draw("events") { public_send(option, value) } }.not_to raise_error
        end
      end
    end

    it "checks root values that a topic takes over" do
      config.max_messages = 0

      expect { draw("events") }.to refuse(path(:max_messages) => /0/)
    end

    it "lists all failing single values of one topic together, and cross-field rules not yet" do
      expect do
        draw("events") do
          consumer nil
          max_messages 0
          max_wait_time 0
        end
      end.to refuse(path(:max_messages) => /0/, path(:max_wait_time) => /0/)
    end

    it "reports of several cross-field failures the first" do
      expect do
        draw("events") do
          consumer nil
          kafka("group.id": "x")
        end
      end.to refuse(path(:consumer) => /active/)
    end

    [{}, nil, "bootstrap.servers", [], 1, false].each do |settings|
      it "refuses kafka settings #{settings.inspect}" do
        expect { draw("events") { kafka(settings) } }.to refuse(path(:kafka) => /Hash/)
      end
    end

    it "refuses settings without brokers" do
      expect do
        draw("events") do
          kafka("group.id": "x")
        end
      end.to refuse(path("kafka.bootstrap.servers") => /must be given/)
      routes.clear
      expect { draw("events") { kafka("bootstrap.servers": "") } }
        .to refuse(path("kafka.bootstrap.servers") => /must be given/)
    end

    it "refuses settings with String keys only, where the brokers are missing" do
      expect { draw("events") { kafka("bootstrap.servers" => "127.0.0.1:9092") } }
        .to refuse(path("kafka.bootstrap.servers") => /Symbol/)
    end

    it "refuses what librdkafka refuses, in its words" do
      native = stub_const("Karafka::Native", Module.new { def self.validate_kafka(_settings); end })
      allow(native).to receive(:validate_kafka).and_return(%(No such configuration property: "nonsense"))

      expect { draw("events") { kafka(inherit: true, nonsense: 1) } }.to refuse(path(:kafka) => /nonsense/)
      expect(native).to have_received(:validate_kafka).with("bootstrap.servers": "127.0.0.1:9092",
                                                            nonsense: 1)
    end

    it "refuses bytes that are no text" do
      expect { draw("events") { kafka(inherit: true, "client.id": "\xFF") } }
        .to refuse(path(:kafka) => /client\.id.*UTF-8/)
    end

    it "refuses a property librdkafka does not know, and a value it does not take" do
      expect { draw("events") { kafka(inherit: true, nonsense: 1) } }.to refuse(path(:kafka) => /nonsense/)
      routes.clear
      expect { draw("events") { kafka(inherit: true, "fetch.min.bytes": "many") } }
        .to refuse(path(:kafka) => /fetch\.min\.bytes/)
    end

    classic_only = %i[partition.assignment.strategy session.timeout.ms heartbeat.interval.ms
                      group.protocol.type]
    classic_only.each do |property|
      it "refuses #{property} with the protocol of server-side assignment" do
        expect { draw("events") { kafka(inherit: true, "group.protocol": "consumer", property => "x") } }
          .to refuse(path(:kafka) => /#{property}/)
      end
    end

    it "takes these properties with the classic protocol" do
      expect do
        draw("events") do
          kafka(inherit: true, "group.protocol": "classic", "session.timeout.ms": 6_000)
        end
      end
        .not_to raise_error
    end

    it "refuses an empty name of a subscription group" do
      expect { routes.draw { subscription_group("") { topic("events") { consumer Object } } } }
        .to refuse("routes.app.events.subscription_group_details.name": /String/)
    end
  end

  describe "the order of checks" do
    it "checks strict declarations before all else" do
      config.strict_declarative_topics = true

      expect do
        draw("events") do
          [config(active: false), max_messages(0)]
        end
      end.to refuse("routes.topics.events": /declaration/)
    end

    it "checks a group with its topics before the next group" do
      expect do
        draw("a", group: "one") { max_messages 0 }
      end.to raise_error(Karafka::Errors::InvalidConfigurationError)
      expect { routes.draw { consumer_group("a b") } }.to refuse("routes.one.a.max_messages": /0/)
    end

    it "checks features after the settings of all groups" do
      expect { draw("a", group: "one") { eofed 1 } }.to refuse("routes.one.a.eofed.active": /1/)
      expect { draw("a", group: "two") { max_messages 0 } }.to refuse("routes.two.a.max_messages": /0/)
    end

    it "checks one feature over all groups before the next feature" do
      expect { draw("a", group: "one") { manual_offset_management 1 } }
        .to refuse("routes.one.a.manual_offset_management.active": /1/)
      expect { draw("a", group: "two") { eofed 1 } }.to refuse("routes.two.a.eofed.active": /1/)
    end
  end

  describe "strict declarations" do
    before { config.strict_declarative_topics = true }

    it "takes topics that are declared by being routed" do
      expect { draw("events") }.not_to raise_error
    end

    it "refuses a routed topic whose declaration is inactive, though the topic itself is not consumed" do
      expect do
        draw("events") do
          [config(active: false), active(false)]
        end
      end.to refuse("routes.topics.events": /declaration/)
    end

    it "counts declarations drawn apart from routes" do
      declaratives.draw { topic(:events) { active false } }

      expect { draw("events") { config(partitions: 2) } }.to refuse("routes.topics.events": /declaration/)
    end

    it "names every topic that lacks one" do
      declaratives.draw do
        topic(:a) { active false }
        topic(:b) { active false }
      end

      expect do
        draw("a", "b", "c")
      end.to refuse("routes.topics.a": /declaration/, "routes.topics.b": /declaration/)
    end
  end
end
