# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Two consumer groups of one process" do
  include Specs::Members

  it "do not feel each other's failures" do
    topic = create_topic("shared")
    peer.produce(topic, %w[a])
    well = unique("well")
    routes = <<~RUBY
      end
      end

      routes.draw do
      consumer_group("#{well}") do
      topic(ENV.fetch("TOPIC")) do
      consumer Member
      end
      end

      consumer_group("#{unique("nowhere")}") do
      topic("orders") do
      kafka("bootstrap.servers": "127.0.0.1:1")
      consumer Member
      end
    RUBY
    more = <<~RUBY
      Karafka.monitor.subscribe("connection.listener.fetch_loop") do |event|
        raise "ill" if event[:subscription_group].consumer_group.name == ENV.fetch("GROUP")
      end
    RUBY
    ill = unique("ill")
    told = 'say("read", topic.consumer_group.name, messages.last.offset)'
    app = member(ill, topic, route: routes, more:, consume: told)
    app.await_line("error connection.listener.fetch_loop.error - RuntimeError ill")
    app.await_line("read #{well} 0")
    peer.produce(topic, %w[b])
    app.await_line("read #{well} 1")
    terminate(app)

    expect(app.lines.grep(/^read #{ill}/)).to eq([])
    expect(peer.committed(well, topic)).to eq({ 0 => 2 })
  end
end
