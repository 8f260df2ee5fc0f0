# frozen_string_literal: true

require "logger"
require_relative "../spec_helper"

# The broker of the examples' own may not write files beyond a size: its appends fail in the middle as on
# a full disk, and it takes its log folder for broken and ends, as Kafka does then.
RSpec.describe "A broker whose disk is full" do
  include Specs::Members

  let(:cluster) { @cluster }
  let(:servers) { cluster.settings.bootstrap_servers }
  let(:node) { cluster.nodes.first }
  let(:client) { peer_of("bootstrap.servers" => servers, "log_level" => 0) }
  let(:topic) { client.create_topic(unique("full")) }

  # More than an index takes, which the broker makes whole at once.
  let(:room) { 12 * 1024 * 1024 }
  let(:payload) { "x" * 100_000 }

  before(:context) { @cluster = Specs::Kafka.start(heap: "400m") }
  after(:context) { Specs::Kafka.discard(@cluster) }
  before { cluster.start }

  def fill_the_disk
    expect(system("prlimit", "--pid", node.pid.to_s, "--fsize=#{room}")).to be(true)
  end

  def more_room
    await("the end of the broker", within: 60) { !node.running? }
    expect(node.tail(2_000)).to include("File too large")
    cluster.start
  end

  def producer(**kafka)
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": servers, "enable.idempotence": true, "linger.ms": 0, **kafka }
      config.max_wait_timeout = 90_000
      config.logger = Logger.new(IO::NULL)
    end
    cleanups << -> { made.close! }
    made
  end

  it "delivers each message once and in order when there is room again in time" do
    writing = producer("message.timeout.ms": 80_000)
    topic
    fill_the_disk
    handles = Array.new(200) { |n| writing.produce_async(topic:, payload: "#{n} #{payload}") }
    more_room

    expect(handles.map { |handle| handle.wait(max_wait_timeout_ms: 80_000).offset }).to eq((0..199).to_a)
    numbers = client.read(topic, count: 200).map { |message| message.payload.to_i }
    expect(numbers).to eq((0..199).to_a)
  end

  it "names the topic of each message that it did not take, and keeps each that it reported" do
    writing = producer("message.timeout.ms": 6_000)
    topic
    fill_the_disk
    handles = Array.new(200) { |n| writing.produce_async(topic:, payload: "#{n} #{payload}") }
    reports = handles.map { |handle| handle.wait(max_wait_timeout_ms: 60_000, raise_response_error: false) }
    delivered, refused = reports.each_with_index.partition { |report, _| report.error.nil? }
    expect(delivered).not_to be_empty
    expect(refused.map { |report, _| [report.error.code, report.topic_name] }.uniq)
      .to eq([[:msg_timed_out, topic]])
    more_room

    kept = client.read(topic, count: delivered.size).to_h { |message| [message.offset, message.payload.to_i] }
    delivered.each { |report, number| expect(kept[report.offset]).to eq(number) }
    expect(writing.produce_sync(topic:, payload: "there is room").offset).to be >= delivered.size
  end

  it "costs a consumer no message and no commit that it reported" do
    group = unique("group")
    client.produce(topic, Array.new(200) { |n| { payload: n.to_s } })
    app = member(group, topic, servers:, consume: <<~RUBY)
      messages.each { |message| say("done", 0, message.offset) }
      say("committed", messages.last.offset) if mark_as_consumed!(messages.last)
    RUBY
    app.await_line("committed 199")
    fill_the_disk
    writing = producer("message.timeout.ms": 3_000)
    Array.new(200) { |n| writing.produce_async(topic:, payload: "#{n} #{payload}") }
    more_room
    last = client.watermarks(topic).last
    await("all #{last} messages", within: 60) { ((0...last).map { |offset| [0, offset] } - done(app)).empty? }
    app.await_line("committed #{last - 1}", within: 60)
    terminate(app)

    expect(client.committed(group, topic)).to eq({ 0 => last })
    expect(done(app).map(&:last).uniq).to eq((0...last).to_a)
  end
end
