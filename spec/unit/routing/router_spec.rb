# frozen_string_literal: true

require_relative "routes_context"

RSpec.describe Karafka::Routing::Router do
  include_context "with empty routes"

  describe ".find_by" do
    before do
      draw("a", group: "one")
      draw("a", "b", group: "two") { max_messages 5 }
    end

    it "finds the first of all groups by any attributes" do
      expect(described_class.find_by(name: "a").id).to eq("one_a")
      expect(described_class.find_by(name: "a", max_messages: 5).id).to eq("two_a")
      expect(described_class.find_by(id: "two_b").name).to eq("b")
    end

    it "finds nothing by a Symbol or an unknown name" do
      expect(described_class.find_by(name: :a)).to be_nil
      expect(described_class.find_by(name: "c")).to be_nil
    end
  end

  describe ".find_or_initialize_by_name" do
    it "finds the routed topic" do
      topic = draw_topic("a")

      expect(described_class.find_or_initialize_by_name("a")).to be(topic)
      expect(described_class.find_or_initialize_by_name(:a)).to be(topic)
    end

    it "makes an unrouted one with the defaults, which joins neither routes nor declarations" do
      lambda = ->(message) { message }
      routes.defaults { [deserializer(lambda), config(partitions: 5)] }
      topic = described_class.find_or_initialize_by_name("a")

      expect(topic.deserializers.payload).to be(lambda)
      expect([topic.consumer_group.id, topic.active?, topic.consumer,
              topic.subscription_group]).to eq(["a", true, nil, nil])
      expect(topic.config.partitions).to eq(5)
      expect([routes.size, declaratives.repository.size]).to eq([0, 0])
    end
  end
end
