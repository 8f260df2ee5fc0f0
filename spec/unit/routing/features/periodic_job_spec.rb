# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::PeriodicJob do
  include_context "with empty routes"

  def settings(topic) = topic.to_h[:periodic_job]

  it "is off unless told, also where it is only asked for" do
    topic = draw_topic { periodic }
    expect(topic.periodic_job?).to be(false)
    expect(topic.periodic?).to be(false)
    expect(settings(topic)).to eq(active: false, interval: 5_000, during_pause: false, during_retry: false)
  end

  it "ticks every five seconds, during pauses and not during retries, unless told" do
    topic = draw_topic { periodic true }
    expect(settings(topic)).to eq(active: true, interval: 5_000, during_pause: true, during_retry: false)
    expect([topic.periodic_job?, topic.periodic?]).to all(be(true))
    expect(topic.periodic_job).to be_active & be_during_pause & be_frozen
    expect(topic.periodic_job).not_to be_during_retry
  end

  { interval: 100, during_pause: false, during_retry: true }.each do |option, value|
    it "is turned on by `#{option}` alone, under both names" do
      topics = [draw_topic { periodic(option => value) }, draw_topic("b") { periodic_job(option => value) }]
      expect(topics.map { |topic| settings(topic).slice(:active, option) })
        .to all(eq({ active: true, option => value }))
    end
  end

  it "takes nil for what is not said" do
    expect(settings(draw_topic { periodic(true, during_pause: nil, during_retry: nil) }))
      .to include(during_pause: true, during_retry: false)
  end

  it "leaves pauses of long-running jobs alone, whichever is said first, unless told" do
    told = draw_topic do
      periodic true
      long_running_job true
    end
    expect(told.periodic_job).not_to be_during_pause
    expect(draw_topic("b") do
      non_blocking true
      periodic(during_pause: true)
    end.periodic_job).to be_during_pause
  end

  it "takes the first call, so that defaults never win over the topic" do
    routes.defaults { periodic(interval: 1) }
    expect(draw_topic { periodic false }.periodic_job?).to be(false)
    expect(draw_topic("b") { periodic(interval: 2) }.periodic_job.interval).to eq(2)
    expect(draw_topic("c").periodic_job.interval).to eq(1)
  end

  it "is off where that is said, whatever else is" do
    expect(draw_topic { periodic(false, interval: 10) }.periodic_job?).to be(false)
  end

  [0, -1, 1.5, "1", nil].each do |value|
    it "refuses #{value.inspect} as interval" do
      text = /needs to be an Integer of at least 1, not #{Regexp.escape(value.inspect)}/
      expect { draw("a") { periodic(interval: value) } }
        .to refuse("routes.group.a.periodic_job.interval": text)
    end
  end

  %i[during_pause during_retry].each do |flag|
    [1, "true"].each do |value|
      it "refuses #{value.inspect} as #{flag}" do
        expect { draw("a") { periodic(flag => value) } }
          .to refuse("routes.group.a.periodic_job.#{flag}": /true or false, not #{value.inspect}/)
      end
    end
  end

  it "refuses a switch that is neither on nor off, and options that nobody knows" do
    expect { draw("a") { periodic nil } }
      .to refuse("routes.group.a.periodic_job.active": /true or false, not nil/)
    expect { draw("a") { periodic(intervall: 1) } }.to raise_error(ArgumentError, /intervall/)
  end
end
