# frozen_string_literal: true

require_relative "../spec_helper"

# The app that README.md shows, as it stands there but for address, topics and group.
RSpec.describe "The README's app with lanes" do
  let(:topic) { create_topic }
  let(:failed) { create_topic }
  let(:group) { unique("group") }
  let(:code) do
    readme = File.read(File.join(Specs::Kafka::ROOT, "README.md"))
    shown = readme[/^## Lanes, long jobs, dead letters$.*?^```ruby\n(.*?)^```/m, 1]
    { "127.0.0.1:9092" => kafka, "topic(:payments)" => "topic(#{topic.inspect})",
      '"payments_failed"' => failed.inspect, '"payments"' => group.inspect }
      .each { |from, to| expect(shown.gsub!(from, to)).not_to be_nil, "#{from} is not in the README" }
    "$stdout.sync = true\n#{shown}"
  end

  it "pays what can be paid, and sends the rest to the dead letters" do
    payments = Array.new(20) { |n| { payload: JSON.generate(amount: n), key: "customer-#{n % 5}" } }
    payments[7] = { payload: "{}", key: "customer-2" }
    peer.produce(topic, payments)
    File.write(File.join(folder, "karafka.rb"), code)
    server = run_karafka("server")
    ([*0..19] - [7]).each { |n| server.await_line("paid #{n} to customer-#{n % 5}") }
    letter = peer.read(failed, count: 1).first
    server.signal("TERM")

    expect(server.exit_status).to eq(0), server.output
    expect(letter.headers.to_h).to include("source_offset" => "7", "source_attempts" => "3")
    expect(peer.committed(group, topic)).to eq({ 0 => 20 })
  end
end

RSpec.describe "The README's app with transactions" do
  let(:topic) { create_topic }
  let(:invoices) { create_topic }
  let(:group) { unique("group") }
  let(:code) do
    readme = File.read(File.join(Specs::Kafka::ROOT, "README.md"))
    shown = readme[/^## Transactions of consumers$.*?^```ruby\n(.*?)^```/m, 1]
    { "127.0.0.1:9092" => kafka, "topic(:orders)" => "topic(#{topic.inspect})",
      '"invoices"' => invoices.inspect, '"billing"' => group.inspect, '"billing-' => "\"#{group}-" }
      .each { |from, to| expect(shown.gsub!(from, to)).not_to be_nil, "#{from} is not in the README" }
    "$stdout.sync = true\n#{shown}"
  end

  it "bills each order once, also when it is killed and another process with its id goes on" do
    File.write(File.join(folder, "karafka.rb"), code)
    peer.produce(topic, %w[0 1 2])
    first = run_karafka("server")
    first.await_line("billed up to 2")
    first.kill
    peer.produce(topic, %w[3 4])
    second = run_karafka("server")
    second.await_line("billed up to 4", within: 90)
    second.signal("TERM")

    expect(second.exit_status(within: 60)).to eq(0), second.output
    expect(peer.read(invoices, count: 5).map(&:payload)).to eq((0..4).map { |order| "invoice of #{order}" })
    expect(peer.committed(group, topic)).to eq({ 0 => 5 })
  end
end

RSpec.describe "The README's app with filters" do
  let(:topic) { create_topic }
  let(:group) { unique("group") }
  let(:code) do
    readme = File.read(File.join(Specs::Kafka::ROOT, "README.md"))
    shown = readme[/^## Filters, delays, limits$.*?^```ruby\n(.*?)^```/m, 1]
    { "127.0.0.1:9092" => kafka, "topic(:reminders)" => "topic(#{topic.inspect})",
      '"reminders"' => group.inspect, "delay_by 5_000" => "delay_by 1_000" }
      .each { |from, to| expect(shown.gsub!(from, to)).not_to be_nil, "#{from} is not in the README" }
    "$stdout.sync = true\n#{shown}"
  end

  it "reminds of what is neither too old nor a test" do
    day = 86_400_000
    now = Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond)
    peer.produce(topic, [{ payload: "yesterday", timestamp: now - (2 * day) }, "bread",
                         { payload: "nothing", headers: { "test" => "yes" } }, "milk"])
    File.write(File.join(folder, "karafka.rb"), code)
    server = run_karafka("server")
    %w[bread milk].each { |thing| server.await_line("remind of #{thing}") }
    server.signal("TERM")

    expect(server.exit_status).to eq(0), server.output
    expect(server.output).not_to match(/remind of (yesterday|nothing)/)
    expect(peer.committed(group, topic)).to eq({ 0 => 4 })
  end
end

RSpec.describe "The README's consumer that pipes", :fresh_app do
  let(:topic) { create_topic }
  let(:paid) { create_topic("paid") }
  let(:reminders) { create_topic("reminders") }
  let(:code) do
    readme = File.read(File.join(Specs::Kafka::ROOT, "README.md"))
    shown = readme[/^## Piping$.*?^```ruby\n(.*?)^```/m, 1]
    { '"paid"' => paid.inspect, '"reminders"' => reminders.inspect }
      .each { |from, to| expect(shown.sub!("topic: #{from}", "topic: #{to}")).not_to be_nil }
    shown
  end

  it "sends each order to its topic, with the hook's header" do
    peer.produce(topic, [true, false, true].map { |paid| JSON.generate(paid:) })
    methods = code
    run = consume(topic) { class_eval(methods) }
    run.await_event("consumer.consumed")
    run.stop

    [[paid, 2, { "paid" => true }], [reminders, 1, { "paid" => false }]].each do |place, count, order|
      read = peer.read(place, count:)
      expect(read.map { |message| JSON.parse(message.payload) }).to eq([order] * count)
      expect(read.map { |message| message.headers.to_h }).to all(include("read_at", "source_topic" => topic))
    end
    expect(peer.committed(spec_group, topic)).to eq({ 0 => 3 })
  end
end

RSpec.describe "The README's app with ticks" do
  let(:topic) { create_topic }
  let(:group) { unique("group") }
  let(:code) do
    readme = File.read(File.join(Specs::Kafka::ROOT, "README.md"))
    shown = readme[/^## Periodic jobs$.*?^```ruby\n(.*?)^```/m, 1]
    { "127.0.0.1:9092" => kafka, "topic(:clicks)" => "topic(#{topic.inspect})",
      '"clicks"' => group.inspect }
      .each { |from, to| expect(shown.gsub!(from, to)).not_to be_nil, "#{from} is not in the README" }
    "$stdout.sync = true\n#{shown}"
  end

  it "reports and marks once nothing comes any more, and when it stops" do
    File.write(File.join(folder, "karafka.rb"), code)
    peer.produce(topic, %w[start start help].map { |page| { payload: "", key: page } })
    server = run_karafka("server")
    server.await_line("start 2")
    server.await_line("help 1")
    await("the mark") { peer.committed(group, topic) == { 0 => 3 } }
    server.signal("TERM")

    expect(server.exit_status).to eq(0), server.output
  end
end
