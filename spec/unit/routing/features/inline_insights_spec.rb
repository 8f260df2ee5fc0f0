# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::InlineInsights do
  include_context "with empty routes"

  {
    [] => [false, false], [true] => [true, false], [false] => [false, false],
    [{ required: true }] => [true, true], [{ required: false }] => [false, false],
    [true, { required: true }] => [true, true], [false, { required: true }] => [true, true]
  }.each do |arguments, (active, required)|
    it "reads #{arguments} as active #{active}, required #{required}" do
      positional, named = arguments.partition { |argument| !argument.is_a?(Hash) }
      topic = draw_topic { inline_insights(*positional, **named.first.to_h) }

      expect([topic.inline_insights?, topic.inline_insights.required?]).to eq([active, required])
      expect(topic.to_h[:inline_insights]).to eq(active:, required:)
    end
  end

  it "takes the first call" do
    expect(draw_topic do
             [inline_insights(true), inline_insights(required: true)]
           end.inline_insights.required?).to be(false)
  end

  [1, "true", nil].each do |value|
    it "refuses #{value.inspect}" do
      expect do
        draw("a") do
          inline_insights value
        end
      end.to refuse("routes.group.a.inline_insights.active": /true or false/)
      routes.clear
      expect { draw("a") { inline_insights(true, required: value) } }
        .to refuse("routes.group.a.inline_insights.required": /true or false/)
    end
  end

  [0, "0"].each do |interval|
    it "refuses to require insights with statistics off by #{interval.inspect}" do
      config.kafka = config.kafka.merge("statistics.interval.ms": interval)

      expect { draw("a") { inline_insights(required: true) } }
        .to refuse("routes.group.a.inline_insights.required": /statistics\.interval\.ms/)
    end
  end

  it "takes insights that are not required with statistics off" do
    config.kafka = config.kafka.merge("statistics.interval.ms": 0)

    expect { draw("a") { inline_insights true } }.not_to raise_error
  end
end
