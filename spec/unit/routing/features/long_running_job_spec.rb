# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::LongRunningJob do
  include_context "with empty routes"

  def topic(&options)
    group = Karafka::Routing::ConsumerGroup.new("group", routes)
    group.route("events", &options)
  end

  it "is off unless told, and without an argument" do
    expect(topic.long_running_job?).to be(false)
    expect(topic { long_running_job }.to_h[:long_running_job]).to eq(active: false)
  end

  %i[long_running_job non_blocking_job non_blocking].each do |option|
    it "is turned on by `#{option}`" do
      described = topic { public_send(option, true) }

      expect(described.to_h[:long_running_job]).to eq(active: true)
      expect(described.long_running_job?).to be(true)
      expect(described.non_blocking_job?).to be(true)
      expect(described.non_blocking?).to be(true)
      expect(described.public_send(option)).to be_active.and be_frozen
    end
  end

  it "takes the first call, so that defaults never win over the topic" do
    routes.defaults { long_running_job true }

    expect(topic { non_blocking false }).not_to be_long_running_job
    expect(topic).to be_long_running_job
  end

  [1, "true", nil].each do |value|
    it "refuses #{value.inspect}" do
      expect { draw("a") { long_running_job value } }
        .to refuse("routes.group.a.long_running_job.active": /true or false, not #{value.inspect}/)
    end
  end
end
