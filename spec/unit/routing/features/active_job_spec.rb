# frozen_string_literal: true

require_relative "../routes_context"
require "active_job/karafka"

RSpec.describe Karafka::Routing::Features::ActiveJob do
  include_context "with empty routes"

  def topic(name = "jobs", group: "app")
    routes.find { |drawn| drawn.name == group }.topics.find(name)
  end

  def jobs?(topic) = [topic.consumer, topic.active_job?, topic.manual_offset_management?]

  let(:of_jobs) { [Karafka::ActiveJob::Consumer, true, true] }

  it "declares topics of jobs, with or without a block, wherever topics are drawn (H-197)" do
    routes.draw do
      active_job_topic(:jobs)
      active_job_topic("others") { max_messages 5 }
      consumer_group("shop") { active_job_topic(:jobs) }
      subscription_group("fast") { active_job_topic(:fast) { max_messages 6 } }
    end

    expect([topic, topic("others"), topic("jobs", group: "shop"), topic("fast")].map { |one| jobs?(one) })
      .to all(eq(of_jobs))
    expect([topic("others"), topic("fast")].map(&:max_messages)).to eq([5, 6])
    expect(topic("fast").subscription_group.name).to eq("fast")
    expect(topic.to_h).to include(active_job: { active: true })
  end

  it "declares one outside of a draw too" do
    routes.active_job_topic(:jobs) { max_messages 7 }

    expect([*jobs?(topic), topic.max_messages, topic.subscription_group.topics.size]).to eq([*of_jobs, 7, 1])
  end

  it "takes the consumer of the configuration, or of the block" do
    internal = config.internal.active_job
    before = internal.consumer_class
    internal.consumer_class = Class.new(before)
    other = Class.new(before)
    routes.draw do
      active_job_topic(:jobs)
      active_job_topic(:others) { consumer other }
    end

    expect([topic.consumer, topic("others").consumer]).to eq([internal.consumer_class, other])
  ensure
    internal.consumer_class = before
  end

  it "keeps offsets in the consumer's hand whatever the block says (H-197)" do
    routes.draw { active_job_topic(:jobs) { manual_offset_management(false) } }

    expect(topic).to be_manual_offset_management
  end

  it "is off by default; the first value counts" do
    expect(draw_topic("a").active_job.active?).to be(false)
    expect(draw_topic("b") { [active_job(false), active_job(true)] }).not_to be_active_job
    expect(draw_topic("c") do
      manual_offset_management true
      active_job true
    end).to be_active_job
  end

  it "refuses jobs on a topic whose offsets are not managed by hand" do
    expect { draw("events") { active_job true } }
      .to refuse("routes.group.events.manual_offset_management": /cannot be disabled for ActiveJob topics/)
  end

  it "refuses jobs without Active Job, once offsets are right" do
    hide_const("ActiveJob::Base")
    expect { routes.draw { active_job_topic(:jobs) } }
      .to refuse("routes.app.jobs.consumer": /ActiveJob needs to be available/)
  end

  [1, "true", nil].each do |value|
    it "refuses #{value.inspect}" do
      expect { draw("events") { active_job value } }
        .to refuse("routes.group.events.active_job.active": /true or false/)
    end
  end
end
