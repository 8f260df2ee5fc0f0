# frozen_string_literal: true

require_relative "routes_context"

RSpec.describe Karafka::Routing::Later do
  include_context "with empty routes"

  def refused(option, place)
    raise_error(Karafka::Errors::UnsupportedOptionError, /`#{option}.*#{place}.*does not have/)
  end

  %i[
    adaptive_iterator assign swarm
  ].each do |option|
    it "refuses `#{option}` of a topic, with and without arguments, naming both" do
      expect do
        draw("events") do
          public_send(option, true)
        end
      end.to refused(option, 'topic "events" in group "group"')
      expect { draw("events") { public_send(option, limit: 1) } }.to refused(option, "events")
      expect { draw("events") { public_send(option) } }.to refused(option, "events")
      expect(routes).to be_empty
    end
  end

  it "refuses it through defaults too" do
    routes.defaults { adaptive_iterator(active: true) }

    expect { draw("events") }.to refused("adaptive_iterator", "events")
  end

  it "refuses features of connections, groups and routes" do
    expect do
      routes.draw do
        subscription_group(:a) do
          multiplexing(max: 2)
        end
      end
    end.to refused("multiplexing", '"app"')
    expect do
      routes.draw do
        consumer_group(:a) do
          parallel_segments(count: 2)
        end
      end
    end.to refused("parallel_segments", '"a"')
    expect { routes.draw { recurring_tasks true } }.to refused("recurring_tasks", "routes")
  end

  it "knows these only at their own level" do
    expect { routes.draw { multiplexing(max: 2) } }.to raise_error(NoMethodError)
    expect { routes.draw { consumer_group(:a) { multiplexing(max: 2) } } }.to raise_error(NoMethodError)
    expect { routes.draw { parallel_segments(count: 2) } }.to raise_error(NoMethodError)
  end

  %i[recurring_tasks].each do |setting|
    it "refuses settings of `#{setting}`" do
      expect { Karafka::App.setup { |config| config.public_send(setting).active = true } }
        .to raise_error(Karafka::Errors::UnsupportedOptionError, /config\.#{setting}/)
    end
  end

  it "answers false to predicates" do
    topic = draw_topic
    predicates = %i[
      virtual_partitions? long_running_job? dead_letter_queue? filtering? throttling? delaying? expiring?
      periodic_job? adaptive_iterator? direct_assignments? swarm?
    ]

    expect(predicates.map { |predicate| topic.public_send(predicate) }).to all(be(false))
    expect(topic.consumer_group.parallel_segments?).to be(false)
    expect(topic.subscription_group.multiplexing?).to be(false)
  end
end
