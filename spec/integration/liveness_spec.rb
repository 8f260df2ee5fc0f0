# frozen_string_literal: true

require_relative "spec_helper"
require "net/http"

# The health check of a running server, asked as Kubernetes asks.
RSpec.describe "Liveness" do
  let(:topic) { create_topic("liveness") }
  let(:port) { LocalKafka::Ports.free }
  let(:env) { { "TOPIC" => topic, "GROUP" => unique("group"), "PORT" => port.to_s } }

  def server
    run_app(<<~RUBY, env)
      require "karafka"
      require "karafka/instrumentation/vendors/kubernetes/liveness_listener"

      class SlowConsumer < Karafka::BaseConsumer
        def consume
          puts "consuming"
          sleep(Float(messages.first.raw_payload))
          puts "consumed"
        end
      end

      Karafka::App.setup do |config|
        config.kafka = { "bootstrap.servers": ENV["KAFKA"] }
        config.group_id = ENV["GROUP"]
        config.max_wait_time = 100
      end

      Karafka::App.routes.draw { topic(ENV["TOPIC"]) { consumer SlowConsumer } }
      Karafka.monitor.subscribe(
        Karafka::Instrumentation::Vendors::Kubernetes::LivenessListener.new(
          hostname: "127.0.0.1", port: Integer(ENV["PORT"]), consuming_ttl: 1_000
        )
      )
      Karafka::Server.run
    RUBY
  end

  def code
    Net::HTTP.get_response(URI("http://127.0.0.1:#{port}/")).code
  rescue Errno::ECONNREFUSED
    nil
  end

  it "follows the server from its start over a consumer that is stuck to its end" do
    process = server
    await("a healthy server") { code == "200" }
    peer.produce(topic, ["3"])
    process.await_line("consuming")
    expect(code).to eq("200")
    await("an unhealthy server", within: 3) { code == "500" }
    process.await_line("consumed")
    await("a healthy server again") { code == "200" }
    process.signal("TERM")
    expect(process.exit_status).to eq(0), process.output
    expect(code).to be_nil
  end
end
