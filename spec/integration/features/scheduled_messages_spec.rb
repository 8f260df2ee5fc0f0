# frozen_string_literal: true

require_relative "transactions_helper"

RSpec.describe "Scheduled messages", :fresh_app, :transactions do
  let(:target) { create_topic("target", partitions: 3) }
  let(:policy) { "compact" }
  let(:later) do
    compacted = { "cleanup.policy" => "compact" }
    create_topic("later", partitions: 2, cleanup_policy: policy).tap do |name|
      peer.create_topic("#{name}_states", partitions: 2, settings: compacted)
    end
  end
  # Lives longer than any server.
  let(:writer) do
    address = kafka
    made = WaterDrop::Producer.new { |config| config.kafka = { "bootstrap.servers": address } }
    made.tap { cleanups << -> { made.close } }
  end
  let(:scheduled) { Karafka::Pro::ScheduledMessages }
  let(:quick) { { pause: { timeout: 100, max_timeout: 200 } } }

  before do
    configure({}, {})
    name = later
    Karafka::App.routes.draw { scheduled_messages(name) }
  end

  # @param settings [Hash] of `config.scheduled_messages`
  def start(settings = {}, config: {}, &block)
    name = later
    settings = { interval: 200, group_id: spec_group, **settings }
    serve_groups(config: { **quick, **config, scheduled_messages: settings }) do
      scheduled_messages(name, &block)
    end
  end

  # The record of a message to the example's target.
  def planned(payload, seconds, key: nil, **message)
    scheduled.schedule(message: { topic: target, payload:, **message }, epoch: Time.now.to_i + seconds,
                       envelope: { topic: later, key: }.compact)
  end

  def schedule(...) = writer.produce_sync(planned(...))
  def arrived(count, **given) = peer.read(target, count:, **given)
  def payloads(count, **given) = arrived(count, **given).map(&:payload)

  # Where a log ends that holds so many messages is all that says that no more came.
  def written = (0..2).sum { |partition| peer.watermarks(target, partition).last }

  # States or counts that were told so far, of all partitions.
  def told(key)
    count = [0, 1].sum { |partition| peer.watermarks("#{later}_states", partition).last }
    reports = peer.read("#{later}_states", count:).select { |report| report.key == key }
    reports.map { |report| JSON.parse(report.payload) }.group_by { |report| report["partition"] }
  end

  # Waits until each partition was read.
  def loaded(run, times = 1)
    run.await("both partitions loaded") { run.events("consumer.ticked").size >= 2 * times }
  end

  it "come once they are due, where and how they were meant, and leave nothing behind" do
    run = start
    loaded(run)
    due = Time.now.to_i + 2
    message = { topic: target, payload: "\xFFp".b, key: "user", partition: 1, headers: { "own" => "1" } }
    writer.produce_sync(
      scheduled.schedule(message:, epoch: due, envelope: { topic: later, key: "reminder" })
    )
    come = arrived(1).first
    run.stop

    expect(come.timestamp).to be >= due * 1_000
    expect([come.payload, come.key, come.partition]).to eq(["\xFFp".b, "user", 1])
    expect(come.headers.to_h).to include(
      "own" => "1", "schedule_target_epoch" => due.to_s, "schedule_source_topic" => later,
      "schedule_source_key" => "reminder", "schedule_source_offset" => "0"
    )
    records = peer.read(later, count: 2)
    expect(records.map { |record| [record.key, record.payload.nil?, record.partition] })
      .to eq([["reminder", false, records[0].partition], ["reminder", true, records[0].partition]])
    expect(peer.committed(spec_group, later).values.max).to eq(2)
  end

  it "in the past go at once, the earliest first" do
    run = start
    [["b", -10], ["c", -5], ["a", -60]].each { |payload, ago| schedule(payload, ago, partition: 0) }
    expect(payloads(3)).to match_array(%w[a b c])
    schedule("d", 0)
    expect(payloads(4)).to include("d")
    run.stop
    expect(written).to eq(4)
  end

  it "of one key come in their newest version, and not at all when cancelled" do
    schedule("old", 3_600, key: "moved")
    schedule("new", -1, key: "moved")
    schedule("never", -1, key: "cancelled")
    writer.produce_sync(scheduled.cancel(key: "cancelled", envelope: { topic: later }))
    schedule("other", -1)
    run = start
    expect(payloads(2)).to contain_exactly("new", "other")
    loaded(run)
    run.stop
    expect(written).to eq(2)
  end

  context "when the first records are gone" do
    let(:policy) { "compact,delete" }

    it "wait over a restart, and are read from the first offset there is, wherever the group was" do
      2.times { |number| peer.produce(later, [{ payload: nil, key: "gone", partition: number }]) }
      %w[a b].each { |key| schedule(key, -1, key:) }
      2.times { |number| peer.delete_records(later, number, 1) }
      peer.commit(spec_group, later,
                  { 0 => peer.watermarks(later, 0).last, 1 => peer.watermarks(later, 1).last })
      run = start { |schedules, _states| schedules.initial_offset = "latest" }
      expect(payloads(2)).to contain_exactly("a", "b")
      run.stop
    end

    it "halt where a newer version wrote a record, until one that reads it takes over" do
      run = start
      loaded(run)
      newer = planned("newer", -1, key: "k")
      newer[:headers] = newer[:headers].merge("schedule_schema_version" => "99.0.0")
      partition = writer.produce_sync(newer).partition
      run.await_event("consumer.consuming.retry", 2)
      peer.produce(later, [{ payload: "held", key: "held", partition:,
                             headers: planned("held", -1)[:headers] }])
      run.await_event("consumer.consuming.retry", 4)
      run.stop
      expect(run.errors("consumer.consume.error").map { |event| event[:error].class }.uniq)
        .to eq([scheduled::Errors::IncompatibleSchemaError])
      expect(written).to eq(0)

      peer.delete_records(later, partition, peer.watermarks(later, partition).last - 1)
      run = start
      expect(payloads(1)).to eq(["held"])
      run.stop
    end
  end

  it "tell their states and how many wait a day, in the partition that they are of" do
    today = Time.now.utc
    run = start
    3.times { |number| schedule("t#{number}", 86_400 * 2) }
    day = (today + (86_400 * 2)).strftime("%F")
    await("three are counted") do
      told("daily").each_value.sum { |counts| counts.last["daily"].fetch(day, 0) } == 3
    end
    run.stop
    expect(told("state").transform_values { |all| all.map { |one| one["state"] } })
      .to eq([0, 1].to_h { |partition| [partition, %w[fresh loading loaded stopped]] })
  end

  it "are not held up by a message that its target refuses" do
    run = start
    writer.produce_sync(
      scheduled.schedule(message: { topic: target, payload: "nowhere", partition: 77 }, epoch: 1,
                         envelope: { topic: later, key: "lost", partition_key: "one" })
    )
    writer.produce_sync(
      scheduled.schedule(message: { topic: target, payload: "fine" }, epoch: 2,
                         envelope: { topic: later, key: "fine", partition_key: "one" })
    )
    expect(payloads(1)).to eq(["fine"])
    error = run.await("the refusal is told") do
      run.events("error.occurred").find do |event|
        event[:caller].is_a?(scheduled::Consumer)
      end
    end
    run.stop
    expect(error[:error]).to be_a(WaterDrop::Errors::ProduceError).or be_a(Rdkafka::RdkafkaError)
  end

  it "come from any producer that writes the four headers" do
    run = start
    headers = { "schedule_schema_version" => "1.0.0", "schedule_target_epoch" => "1",
                "schedule_source_type" => "schedule", "schedule_target_topic" => target }
    peer.produce(later, [{ payload: "foreign", key: "k", headers: }, { payload: "no schedule", key: "n" }])
    expect(payloads(1)).to eq(["foreign"])
    run.stop
    expect(written).to eq(1)
  end

  describe "when the process is killed between a message and the end of its record" do
    let(:script) do
      <<~'RUBY'
        class App < Karafka::App
          setup do |config|
            config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA"), "session.timeout.ms": 6_000 }
            config.max_wait_time = 200
            config.logger = Logger.new(nil)
            config.scheduled_messages.interval = 200
            config.scheduled_messages.group_id = ENV.fetch("GROUP")
            config.producer do |producer|
              producer.kafka[:"transactional.id"] = ENV["TRANSACTIONAL"] if ENV["TRANSACTIONAL"]
            end
          end
          routes.draw { scheduled_messages(ENV.fetch("LATER")) }
        end
        if ENV["KILL"]
          Karafka.producer.middleware.append(
            lambda do |message|
              Process.kill("KILL", Process.pid) if message[:topic] == ENV["LATER"] && message[:payload].nil?
              message
            end
          )
        end
        Karafka.monitor.subscribe("consumer.ticked") { $stdout.syswrite("ticked\n") }
        Karafka::Server.run
      RUBY
    end

    def app(**env)
      run_app("require \"karafka\"\n#{script}",
              { "LATER" => later, "GROUP" => spec_group, **env })
    end

    # @return [Array<String>] what a reader of committed messages has in the end
    def after_a_crash(**env)
      schedule("once", -1)
      expect(app("KILL" => "1", **env).wait(within: 60)).to be_signaled
      second = app(**env)
      await("the record is gone") { peer.read(later, count: 2, within: 1).size == 2 }
      second.signal("TERM")
      second.exit_status(within: 60)
      payloads(2, within: 2)
    end

    it "it comes twice at most" do
      expect(after_a_crash).to eq(%w[once]).or eq(%w[once once])
    end

    it "it comes once where the producer has transactions" do
      expect(after_a_crash("TRANSACTIONAL" => unique("tx"))).to eq(%w[once])
    end
  end
end
