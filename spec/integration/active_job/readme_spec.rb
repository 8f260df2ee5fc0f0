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
