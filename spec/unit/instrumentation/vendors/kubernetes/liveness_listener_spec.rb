# frozen_string_literal: true

require "json"
require "socket"
require "karafka/instrumentation/vendors/kubernetes/liveness_listener"

RSpec.describe Karafka::Instrumentation::Vendors::Kubernetes::LivenessListener, :fresh_app do
  subject(:listener) { described_class.new(hostname: "127.0.0.1", port:, **options) }

  let(:options) { {} }
  let(:port) { 19_710 }
  let(:now) { [1_000_000.0] }

  before { allow(listener).to receive(:monotonic_now) { now.first } }
  after { listener.on_app_stopped(nil) }

  def event(payload = {})
    Karafka::Core::Monitoring::Event.new("x", payload)
  end

  def pass(milliseconds)
    now[0] += milliseconds
  end

  def request(line = "GET / HTTP/1.1")
    TCPSocket.open("127.0.0.1", port) do |socket|
      socket.write("#{line}\r\n\r\n")
      socket.read
    end
  end

  def report
    head, body = request.split("\r\n\r\n", 2)
    [head[/\AHTTP\S+ (\d+)/, 1].to_i, JSON.parse(body)]
  end

  def errors
    report.last.fetch("errors").select { |_, raised| raised }.keys
  end

  def statistics(state, id = "sg")
    event(subscription_group_id: id, statistics: { "cgrp" => { "join_state" => state } })
  end

  it "refuses connections before the app runs and after it stopped" do
    expect { request }.to raise_error(Errno::ECONNREFUSED)
    listener.on_app_running(nil)
    expect(report.first).to eq(200)
    listener.on_app_stopped(nil)
    expect { request }.to raise_error(Errno::ECONNREFUSED)
  end

  it "survives a stop without a start" do
    expect { listener.on_app_stopped(nil) }.not_to raise_error
  end

  context "when the app runs" do
    before { listener.on_app_running(nil) }

    it "answers any request with its state as JSON" do
      ["GET / HTTP/1.1", "POST /health?x=1 HTTP/1.0", "nonsense"].each do |line|
        head, body = request(line).split("\r\n\r\n", 2)
        expect(head).to include("200 OK", "Content-Type: application/json",
                                "Content-Length: #{body.bytesize}")
        expect(JSON.parse(body)).to include(
          "status" => "healthy", "port" => port, "process_id" => Process.pid,
          "timestamp" => a_kind_of(Integer),
          "errors" => { "polling_ttl_exceeded" => false, "consumption_ttl_exceeded" => false,
                        "stability_ttl_exceeded" => false, "unrecoverable" => false }
        )
      end
    end

    it "goes on after clients that break off" do
      TCPSocket.open("127.0.0.1", port, &:close)
      TCPSocket.open("127.0.0.1", port) { |socket| socket.setsockopt(:SOCKET, :LINGER, [1, 0].pack("ii")) }
      expect(report.first).to eq(200)
    end

    it "turns unhealthy when a poll is older than its limit" do
      listener.on_connection_listener_fetch_loop(nil)
      pass(300_000)
      expect(report.first).to eq(200)
      pass(1)
      expect(report).to match([500, include("status" => "unhealthy")])
      expect(errors).to eq(%w[polling_ttl_exceeded])
      listener.on_connection_listener_fetch_loop(nil)
      expect(report.first).to eq(200)
    end

    %w[consume:consumed revoke:revoked shutting_down:shutdown tick:ticked].each do |pair|
      starting, ended = pair.split(":")

      it "turns unhealthy while #{starting} takes too long" do
        listener.public_send("on_consumer_#{starting}", nil)
        pass(300_001)
        expect(errors).to eq(%w[consumption_ttl_exceeded])
        listener.public_send("on_consumer_#{ended}", nil)
        expect(errors).to be_empty
      end
    end

    it "watches each fiber on its own" do
      Thread.new { listener.on_consumer_consume(nil) }.join
      Fiber.new { listener.on_consumer_consume(nil) }.resume
      listener.on_consumer_consumed(nil)
      pass(300_001)
      expect(errors).to eq(%w[consumption_ttl_exceeded])
    end

    it "forgets what the failed fiber was doing" do
      listener.on_consumer_consume(nil)
      listener.on_connection_listener_fetch_loop(nil)
      listener.on_error_occurred(event(error: StandardError.new))
      pass(300_001)
      expect(errors).to be_empty
    end

    it "stays unhealthy for good after a fatal error of the client" do
      error = Rdkafka::RdkafkaError.new(-150, nil, fatal: true)
      listener.on_error_occurred(event(error:))
      listener.on_error_occurred(event(error: StandardError.new))
      expect(report).to match([500, include("errors" => include("unrecoverable" => error.code.to_s))])
    end

    it "takes other errors of the client for what they are" do
      listener.on_error_occurred(event(error: Rdkafka::RdkafkaError.new(-195)))
      expect(errors).to be_empty
    end

    it "forgets a connection that goes away while others go on" do
      listener.on_connection_listener_fetch_loop(nil)
      listener.on_connection_listener_stopping(nil)
      pass(300_001)
      expect(errors).to be_empty
    end

    it "watches connections to their end when the app stops" do
      listener.on_connection_listener_fetch_loop(nil)
      allow(Karafka::App).to receive(:done?).and_return(true)
      listener.on_connection_listener_stopped(nil)
      pass(300_001)
      expect(errors).to eq(%w[polling_ttl_exceeded])
    end

    context "with a stability limit" do
      let(:options) { { stability_ttl: 1_000 } }

      it "turns unhealthy when a group is stuck in one state" do
        listener.on_statistics_emitted(statistics("wait-join"))
        pass(1_000)
        listener.on_statistics_emitted(statistics("wait-join"))
        expect(errors).to be_empty
        pass(1)
        expect(errors).to eq(%w[stability_ttl_exceeded])
      end

      it "takes a move to another state for progress" do
        listener.on_statistics_emitted(statistics("wait-join"))
        pass(900)
        listener.on_statistics_emitted(statistics("wait-sync"))
        pass(900)
        expect(errors).to be_empty
      end

      it "never trips over settled states" do
        %w[steady init wait-metadata].each do |state|
          listener.on_statistics_emitted(statistics("wait-join"))
          listener.on_statistics_emitted(statistics(state))
          pass(5_000)
          expect(errors).to be_empty
        end
      end

      it "forgets a connection whose loop ended" do
        listener.on_statistics_emitted(statistics("wait-join"))
        listener.on_connection_listener_after_fetch_loop(event(subscription_group: Struct.new(:id).new("sg")))
        pass(5_000)
        expect(errors).to be_empty
      end
    end

    it "takes twice the largest poll interval for the stability limit" do
      listener.on_statistics_emitted(statistics("wait-join"))
      pass(600_000)
      expect(errors).to be_empty
      pass(1)
      expect(errors).to eq(%w[stability_ttl_exceeded])
    end
  end

  it "follows what a subclass calls healthy, in code and body, asking once" do
    asked = 0
    own = Class.new(described_class) { define_method(:healthy?) { super() && (asked += 1).zero? } }
    stricter = own.new(hostname: "127.0.0.1", port:)
    stricter.on_app_running(nil)
    expect(report).to match([500, include("status" => "unhealthy")])
    expect(asked).to eq(1)
  ensure
    stricter.on_app_stopped(nil)
  end

  it "says so when a condition of the app raises" do
    own = Class.new(described_class) { def healthy? = raise("mine") }
    broken = own.new(hostname: "127.0.0.1", port:)
    broken.on_app_running(nil)
    expect(report).to match([500, include("status" => "unhealthy", "error" => /mine/)])
  ensure
    broken.on_app_stopped(nil)
  end
end
