# frozen_string_literal: true

require_relative "spec_helper"
require "json"

# What clients report, and what consumers can read of it, in a running server.
RSpec.describe "Statistics" do
  let(:topic) { create_topic("statistics", partitions: 2) }
  let(:group) { unique("group") }
  let(:env) { { "TOPIC" => topic, "GROUP" => group } }

  # A server whose consumer and options differ by example.
  def server(consumer, route: "", setup: "")
    run_app(<<~RUBY, env)
      require "karafka"
      require "json"

      class ReportConsumer < Karafka::BaseConsumer
        #{consumer}
      end

      Karafka::App.setup do |config|
        config.kafka = { "bootstrap.servers": ENV["KAFKA"], "statistics.interval.ms": 500,
                         "session.timeout.ms": 6_000 }
        config.group_id = ENV["GROUP"]
        config.max_wait_time = 100
        config.internal.tick_interval = 1_000
        #{setup}
      end

      Karafka::App.routes.draw do
        topic(ENV["TOPIC"]) do
          consumer ReportConsumer
          #{route}
        end
      end

      #{yield if block_given?}
      Karafka::Server.run
    RUBY
  end

  def produce(count, partition: 0)
    peer.produce(topic, Array.new(count) { |number| { payload: { number: }.to_json, partition: } })
  end

  it "speaks of the partitions which the connection owns, and of no others" do
    other = peer.join("other", group, topic)
    await("the other member's partitions") { peer.assigned("other").size == 2 }
    process = server("def consume; end") { <<~RUBY }
      Karafka.monitor.subscribe("statistics.emitted") do |event|
        partitions = event[:statistics]["topics"].fetch(ENV["TOPIC"], {})["partitions"].to_h.keys
        owned = Karafka::App.assignments.values.flatten
        puts "reported=\#{(partitions - ["-1"]).join(",")} owned=\#{owned.join(",")}"
      end
    RUBY
    # The other member takes part in the rebalance only while it is asked.
    found = await("a report of one partition", within: 40) do
      peer.assigned("other")
      process.lines.filter_map { |line| line.match(/reported=(\d) owned=(\d)$/) }.last
    end
    expect(found[1]).to eq(found[2])
  ensure
    peer.leave("other") if other
  end

  it "arrives while a consumer is busy" do
    process = server(<<~CONSUMER) { <<~RUBY }
      def consume
        puts "busy"
        sleep(5)
        puts "done"
      end
    CONSUMER
      Karafka.monitor.subscribe("statistics.emitted") { puts "emitted" }
    RUBY
    produce(1)
    process.await_line("busy")
    process.await_line("done")
    lines = process.lines
    expect(lines[lines.index("busy")..lines.index("done")].count("emitted")).to be >= 3
  end

  it "gives consumers the figures of their partition, with what became of them" do
    process = server(<<~CONSUMER, route: "inline_insights true")
      def consume
        puts "insights=\#{insights? && [insights["partition"], insights.key?("consumer_lag_d"), insights.frozen?].to_json}"
      end
    CONSUMER
    await("insights") do
      produce(1, partition: 1)
      process.lines.any? { |line| line.start_with?("insights=[1,true") }
    end
    expect(process.lines.grep(/insights=/)).not_to be_empty
  end

  it "holds a partition that requires insights until they are there, without an attempt" do
    produce(3)
    process = server(<<~CONSUMER, route: "inline_insights required: true")
      def consume
        puts "first=\#{messages.first.offset} attempt=\#{attempt} insights=\#{insights?}"
      end
    CONSUMER
    expect(process.await_line(/first=.*/)[0]).to eq("first=0 attempt=1 insights=true")
  end

  it "keeps the lag of a paused partition alive where compensation is on" do
    process = server(<<~CONSUMER, setup: <<~SETUP) { <<~RUBY }
      def consume
        mark_as_consumed(messages.last)
        pause(messages.last.offset + 1, 60_000)
      end
    CONSUMER
      config.internal.statistics.consumer_groups.lag_compensation.interval = 500
      config.internal.statistics.consumer_groups.lag_compensation.pause_age = 5_000
    SETUP
      Karafka.monitor.subscribe("client.pause") { puts "paused" }
      Karafka.monitor.subscribe("statistics.emitted") do |event|
        figures = event[:statistics]["topics"].dig(ENV["TOPIC"], "partitions", "0").to_h
        puts "lag=\#{figures["consumer_lag_stored"]}"
      end
    RUBY
    produce(1)
    process.await_line("paused")
    produce(20)
    process.await_line("lag=20", within: 20)
    produce(5)
    expect(process.await_line("lag=25", within: 20)).to eq("lag=25")
  end
end
