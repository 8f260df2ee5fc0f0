# frozen_string_literal: true

require "json"
require "socket"
require "karafka/instrumentation/vendors/kubernetes/swarm_liveness_listener"

RSpec.describe Karafka::Instrumentation::Vendors::Kubernetes::SwarmLivenessListener do
  subject(:listener) { described_class.new(hostname: "127.0.0.1", port:) }

  let(:port) { 19_711 }
  let(:now) { [0.0] }

  before do
    allow(listener).to receive(:monotonic_now) { now.first }
    listener.on_app_supervising(nil)
  end

  after { listener.on_app_stopped(nil) }

  def report
    reply = TCPSocket.open("127.0.0.1", port) do |socket|
      socket.write("GET / HTTP/1.1\r\n\r\n")
      socket.read
    end
    [reply[/\AHTTP\S+ (\d+)/, 1].to_i, JSON.parse(reply.split("\r\n\r\n", 2).last)]
  end

  it "is healthy as long as the nodes are looked after" do
    now[0] = 60_000
    expect(report).to match([200, include("errors" => { "controlling_ttl_exceeded" => false })])
    now[0] = 60_001
    expect(report).to match([500, include("errors" => { "controlling_ttl_exceeded" => true })])
    listener.on_swarm_manager_control(nil)
    expect(report.first).to eq(200)
  end

  it "gives the port up in a node" do
    pid = fork do
      listener.on_swarm_node_after_fork(nil)
      listener.on_app_stopped(nil)
      exit!(0)
    end
    expect(Process.wait2(pid).last).to be_success
    expect(report.first).to eq(200)
  end
end
