# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::Pause do
  include_context "with empty routes"

  let(:inherited) { { active: false, timeout: 1_000, max_timeout: 30_000, with_exponential_backoff: true } }

  it "reads the configuration without being active" do
    topic = draw_topic

    expect(topic.pause.to_h).to eq(inherited)
    expect([topic.pause?, topic.pause.active?,
            topic.pause.with_exponential_backoff?]).to eq([false, false, true])
  end

  {
    { timeout: 5 } => { timeout: 5 },
    { max_timeout: 5 } => { max_timeout: 5 },
    { with_exponential_backoff: false } => { with_exponential_backoff: false },
    { timeout: 5, max_timeout: 5 } => { timeout: 5, max_timeout: 5 },
    { timeout: 40_000 } => { timeout: 40_000 }
  }.each do |given, expected|
    it "takes #{given}, the rest being inherited" do
      topic = draw_topic { pause(**given) }

      expect(topic.to_h[:pause]).to eq(inherited.merge(active: true, **expected))
      expect(topic.pause?).to be(true)
    end
  end

  it "takes the first call, reading in between or not" do
    topic = draw_topic do
      pause
      pause(timeout: 5)
      pause(timeout: 6, max_timeout: 7)
    end

    expect(topic.pause.to_h).to eq(inherited.merge(active: true, timeout: 5))
  end

  it "keeps what it inherits from the draw on" do
    topic = draw_topic
    config.pause.timeout = 77
    expect(topic.pause.timeout).to eq(1_000)
  ensure
    config.pause.timeout = 1_000
  end

  it "refuses unknown options" do
    expect { draw("events") { pause(time: 1) } }.to raise_error(ArgumentError, /events.*time/)
  end

  { timeout: [0, -1, 1.5, "1", nil], max_timeout: [0, nil],
    with_exponential_backoff: [nil, 1, "true"] }.each do |option, values|
    values.each do |value|
      it "refuses #{option} #{value.inspect}" do
        expect do
          draw("events") do
            pause(option => value)
          end
        end.to refuse("routes.group.events.pause.#{option}": /needs to be/)
      end
    end
  end

  it "refuses a timeout above the maximum when the topic gives both" do
    expect { draw("events") { pause(timeout: 6, max_timeout: 5) } }
      .to refuse("routes.group.events.pause.timeout": /6 > 5/)
  end
end
