# frozen_string_literal: true

require "json"
require_relative "admin_helper"

RSpec.describe Karafka::Admin, "with OAUTHBEARER" do
  include AdminExamples

  # Tokens as brokers take them when nobody signs any.
  let(:listener_class) do
    Class.new do
      attr_reader :asked, :threads

      def initialize(seconds, failing: false)
        @seconds = seconds
        @failing = failing
        @asked = 0
        @threads = []
      end

      def on_oauthbearer_token_refresh(event)
        @asked += 1
        @threads << Thread.current
        raise "no token today" if @failing

        event[:bearer].oauthbearer_set_token(token:, lifetime_ms: expiry * 1_000, principal_name: "admin")
      end

      private

      def expiry = Time.now.to_i + @seconds

      def token
        parts = [{ alg: "none" }, { sub: "admin", iat: Time.now.to_i, exp: expiry }]
        "#{parts.map { |part| [JSON.generate(part)].pack("m0").tr("+/", "-_").delete("=") }.join(".")}."
      end
    end
  end
  let(:cluster) { own_kafka(sasl_ssl: true) }
  let(:guarded) do
    described_class.new(
      kafka: {
        "bootstrap.servers": cluster.settings.sasl_ssl_servers, "security.protocol": "SASL_SSL",
        "sasl.mechanism": "OAUTHBEARER", "enable.ssl.certificate.verification": false
      }
    )
  end

  def with_listener(listener)
    Karafka.monitor.subscribe(listener)
    yield
  ensure
    Karafka.monitor.unsubscribe(listener)
  end

  it "has a token before the first call, and new ones as long as the client lives" do
    listener = listener_class.new(4)

    with_listener(listener) do
      guarded.create_topic("guarded", 1, 1)
      expect(listener.threads.first).to equal(Thread.current)
      guarded.with_consumer do |reader|
        before = listener.asked
        await("another token") { listener.asked > before + 1 }
        expect(reader.metadata("guarded").topics.first[:partition_count]).to eq(1)
      end
      expect(guarded.read_topic("guarded", 0, 1)).to eq([])
    end
  end

  it "tells of a listener that raises, and fails in time" do
    Karafka::App.config.internal.connection.proxy.metadata.timeout = 1_000
    Karafka::App.config.internal.connection.proxy.metadata.wait_time = 1
    told = []
    Karafka.monitor.subscribe("error.occurred") { |event| told << event[:type] }

    with_listener(listener_class.new(60, failing: true)) do
      expect { guarded.cluster_info }.to raise_error(Rdkafka::RdkafkaError)
    end
    expect(told).to include("callbacks.oauthbearer_token_refresh.error")
  end
end
