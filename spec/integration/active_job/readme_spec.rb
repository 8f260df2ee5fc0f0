# frozen_string_literal: true

require_relative "jobs_helper"

# The app that README.md shows, as it stands there but for address, topic and group.
RSpec.describe "The README's app with jobs", :fresh_app, :jobs do
  let(:code) do
    readme = File.read(File.join(Specs::Kafka::ROOT, "README.md"))
    shown = readme[/^## Jobs of Active Job$.*?^```ruby\n(.*?)^```/m, 1]
    { "127.0.0.1:9092" => kafka, ":welcome" => queue.inspect, '"jobs"' => spec_group.inspect }
      .each { |from, to| expect(shown.gsub!(from, to)).not_to be_nil, "#{from} is not in the README" }
    "$stdout.sync = true\n#{shown}"
  end

  it "works off with `karafka server` what another process enqueues" do
    File.write(File.join(folder, "karafka.rb"), code)
    server = run_karafka("server")
    enqueuing = run_app("require #{File.join(folder, "karafka.rb").inspect}\n" \
                        'WelcomeJob.perform_later(7, "Hello")')
    expect(enqueuing.exit_status).to eq(0), enqueuing.output
    server.await_line("Hello, user 7!")
    server.signal("TERM")

    expect(server.exit_status).to eq(0), server.output
    expect(peer.read(queue, count: 1).map(&:key)).to eq(["7"])
    expect(committed).to eq({ 0 => 1 })
  end
end

# The app that README.md shows, as it stands there but for address, topics and group.
RSpec.describe "The README's app with jobs for later", :fresh_app, :jobs do
  let(:later) { unique("later") }
  let(:code) do
    readme = File.read(File.join(Specs::Kafka::ROOT, "README.md"))
    shown = readme[/^## Scheduled messages$.*?^```ruby\n(.*?)^```/m, 1]
    group = unique("schedules")
    { "127.0.0.1:9092" => kafka, ":reminders" => queue.inspect, '"reminders"' => spec_group.inspect,
      ":later" => later.inspect,
      "config.scheduled_messages.interval = 1_000" =>
        "config.scheduled_messages.interval = 1_000; config.scheduled_messages.group_id = #{group.inspect}" }
      .each { |from, to| expect(shown.gsub!(from, to)).not_to be_nil, "#{from} is not in the README" }
    "$stdout.sync = true\n#{shown}"
  end

  it "creates its topics and works a job off when its time has come" do
    File.write(File.join(folder, "karafka.rb"), code)
    created = run_karafka("topics", "create")
    expect(created.exit_status(within: 60)).to eq(0), created.output
    expect(peer.topics).to include(later => 5, "#{later}_states" => 5)
    server = run_karafka("server")
    enqueuing = run_app("require #{File.join(folder, "karafka.rb").inspect}\n" \
                        "ReminderJob.set(wait: 2).perform_later(7)")
    expect(enqueuing.exit_status).to eq(0), enqueuing.output
    server.await_line("user 7, wake up!")
    server.signal("TERM")

    expect(server.exit_status).to eq(0), server.output
    expect(peer.read(later, count: 2).map(&:payload).last).to be_nil
  end
end
