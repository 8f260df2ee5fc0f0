# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::Filtering do
  include_context "with empty routes"

  let(:filters) { Karafka::Processing::ConsumerGroups::Filters }

  def made(topic) = topic.filtering.factories.map { |factory| factory.call(topic, 0) }

  it "is off unless a filter is registered" do
    topic = draw_topic
    expect(topic.filtering.to_h).to eq(active: false, factories: [])
    expect([topic.filtering?, topic.delaying?, topic.expiring?, topic.throttling?]).to all(be(false))
  end

  it "keeps filters in the order of their registration, built-in ones at their places" do
    own = Class.new(filters::Base)
    topic = draw_topic do
      expire_in 60_000
      filter(->(*) { own.new })
      delay_by 5_000
      throttle(limit: 10)
    end
    expect(made(topic).map(&:class)).to eq([filters::Expirer, own, filters::Delayer, filters::Throttler])
    expect(topic.expiring.to_h).to eq(active: true, ttl: 60_000)
    expect(topic.delaying.to_h).to eq(active: true, delay: 5_000)
    expect(topic.throttling.to_h).to eq(active: true, limit: 10, interval: 60_000)
    expect([topic.filtering, topic.delaying, topic.expiring, topic.throttling]).to all(be_frozen & be_active)
  end

  it "takes the first of two delays, expiries and throttles" do
    first = nil
    topic = draw_topic do
      delay_by 1
      expire_in 1
      first = throttle(limit: 1, interval: 1)
      delay_by 2
      expire_in 2
      throttle(limit: 2)
    end
    expect([topic.delaying.delay, topic.expiring.ttl, topic.throttling]).to eq([1, 1, first])
    expect(topic.filtering.factories.size).to eq(3)
  end

  it "adds filters of the defaults behind the topic's own" do
    routes.defaults { delay_by 5_000 }
    own = Class.new(filters::Base)
    expect(made(draw_topic { filter(->(*) { own.new }) }).map(&:class)).to eq([own, filters::Delayer])
    expect(draw_topic("other") { delay_by 1 }.delaying.delay).to eq(1)
  end

  it "refuses a factory that cannot be called" do
    expect { draw("a") { filter(:none) } }
      .to refuse("routes.group.a.filtering.factories": /need to answer `call`, as :none does not/)
  end

  { "delaying.delay": ->(value) { delay_by value }, "expiring.ttl": ->(value) { expire_in value },
    "throttling.limit": ->(value) { throttle(limit: value) },
    "throttling.interval": ->(value) { throttle(limit: 1, interval: value) } }.each do |path, option|
    [0, -1, 1.5, "1", nil].each do |value|
      it "refuses #{value.inspect} as #{path}" do
        text = /needs to be an Integer of at least 1, not #{Regexp.escape(value.inspect)}/
        expect { draw("a") { instance_exec(value, &option) } }.to refuse("routes.group.a.#{path}": text)
      end
    end
  end

  it "takes a limit and nothing else for a throttle" do
    expect { draw("a") { throttle(interval: 1) } }.to raise_error(ArgumentError, /limit/)
    expect { draw("a") { throttle(limit: 1, intervall: 1) } }.to raise_error(ArgumentError, /intervall/)
  end
end
