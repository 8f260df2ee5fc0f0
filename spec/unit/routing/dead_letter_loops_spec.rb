# frozen_string_literal: true

require_relative "routes_context"

RSpec.describe Karafka::Routing::DeadLetterLoops do
  include_context "with empty routes"

  let(:logger) { instance_double(Karafka::Instrumentation::Logger, warn: nil) }

  before { allow(Karafka).to receive(:logger).and_return(logger) }

  def draw_loop(regexp, queue, kafka: {}, also: [])
    klass = consumer
    routes.draw do
      consumer_group("shop") do
        pattern(:all, regexp) { [consumer(klass), kafka(inherit: true, **kafka)] }
        also.each { |name| topic(name) { consumer klass } }
      end
      consumer_group("orders") { topic("orders") { [consumer(klass), dead_letter_queue(topic: queue)] } }
    end
  end

  it "warns of a pattern that can match a topic of dead letters, naming routes and topics, once" do
    draw_loop(/.*/, "dead")
    routes.draw

    expect(logger).to have_received(:warn)
      .with(%r{all \(/\.\*/\) of group shop.* dead, .*orders in group orders}).once
  end

  it "refuses it where told" do
    config.strict_dead_letter_patterns = true

    expect { draw_loop(/.*/, "dead") }.to refuse("routes.shop.all": /can match dead.*topic orders/)
  end

  it "finds the pattern's own dead letters" do
    klass = consumer
    routes.draw { pattern(/shop/) { [consumer(klass), dead_letter_queue(topic: "shop_dead")] } }

    expect(logger).to have_received(:warn).with(/can match shop_dead/)
  end

  {
    "a name that does not match" => [/shop/, "dead", {}],

    "no name at all" => [/.*/, false, {}],
    "a name that the group routes" => [/.*/, "dead", { also: %w[dead] }],
    "a name that librdkafka keeps away" => [/.*/, "dead", { kafka: { "topic.blacklist": "^x,^dead$" } }],
    "a part of a name, where the whole one counts" => [/dead/, "dead_letters",
                                                       { kafka: { "group.protocol": "consumer" } }]
  }.each do |what, (regexp, queue, more)|
    it "has nothing against #{what}" do
      draw_loop(regexp, queue, **more)

      expect(logger).not_to have_received(:warn)
    end
  end

  it "knows that a broker's matching ignores librdkafka's list" do
    draw_loop(/.*/, "dead", kafka: { "topic.blacklist": "^dead$", "group.protocol": "consumer" })

    expect(logger).to have_received(:warn).with(/can match dead/)
  end

  it "says nothing of a pattern that is not active" do
    klass = consumer
    routes.draw do
      pattern(/.*/) { active false }
      topic("orders") { [consumer(klass), dead_letter_queue(topic: "dead")] }
    end

    expect(logger).not_to have_received(:warn)
  end
end
