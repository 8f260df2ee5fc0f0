# frozen_string_literal: true

require_relative "process_helper"

RSpec.describe "A server that does not end in time", :process do
  let(:stuck) do
    <<~RUBY
      class Reader
        def consume
          say "consumed \#{partition}/\#{messages.first.offset} \#{messages.first.raw_payload}"
          sleep
        ensure
          say "ensured"
        end
      end
    RUBY
  end

  it "is forced: exit code 2, the user's ensure ran, neither stopped nor at_exit, nothing committed" do
    app = start_working_app(before: stuck + setting(shutdown_timeout: 1_000), after: <<~RUBY)
      Karafka.monitor.subscribe("error.occurred") do |event|
        next unless event[:type] == "app.stopping.error"

        say "left \#{event[:active_listeners].size} \#{event[:alive_workers].size} " \\
            "\#{event[:in_processing].values.flatten.size} \#{event[:in_processing].keys.first.class}"
      end
    RUBY
    app.signal("TERM")

    expect(app.exit_status).to eq(2), app.output
    expect(app.lines).to include("left 1 2 1 String", "ensured")
    expect(events(app)).to include("error.occurred app.stopping.error Karafka::Errors::ForcefulShutdownError")
    expect(states(app)).to eq(%w[stopping])
    expect(app.output).not_to include("at_exit", "ran to the end")
    expect(peer.committed(group, topic).values.compact.select(&:positive?)).to be_empty
  end

  it "takes the exit code of the settings" do
    app = start_working_app(before: stuck + setting(shutdown_timeout: 500, "internal.forceful_exit_code": 42))
    app.signal("TERM")

    expect(app.exit_status).to eq(42), app.output
  end

  it "is forced in bounded time when its ensure blocks hang" do
    impatient = setting(shutdown_timeout: 500, "internal.forceful_shutdown_wait": 500)
    app = start_working_app(before: impatient + <<~RUBY)

      class Reader
        def consume
          say "consumed 0/0 first"
          sleep
        ensure
          loop { sleep }
        end
      end
    RUBY
    app.signal("TERM")

    expect(app.exit_status(within: 15)).to eq(2), app.output
  end

  it "gets at least one look at a sub-second timeout: what ends within it ends in order" do
    app = start_working_app(before: setting(shutdown_timeout: 900, max_wait_time: 50) + <<~RUBY)

      class Reader
        def consume
          say "consumed \#{partition}/\#{messages.first.offset} \#{messages.first.raw_payload}"
          sleep(0.3)
          say "done"
        end
      end
    RUBY
    app.signal("TERM")

    expect(app.exit_status).to eq(0), app.output
    expect(app.lines).to include("done", "shutdown 0")
    expect(state_events(app)).to eq(%w[stopping stopped terminated])
  end

  it "waits for itself when a consumer stops the server on its own worker, and is forced then" do
    app = start_working_app(before: <<~RUBY + setting(shutdown_timeout: 800))
      class Reader
        def consume
          say "consumed 0/0 first"
          Karafka::Server.stop
        end
      end
    RUBY

    expect(app.exit_status).to eq(2), app.output
  end

  it "is forced although the broker is gone" do
    cluster = own_kafka
    other = peer_of("bootstrap.servers" => cluster.settings.bootstrap_servers)
    other.create_topic(topic)
    other.produce(topic, ["first"])
    app = start_app(before: stuck + setting(shutdown_timeout: 500, "internal.forceful_shutdown_wait": 1_000),
                    env: { "KAFKA" => cluster.settings.bootstrap_servers })
    app.await_line("consumed 0/0 first")
    cluster.nodes.each { |node| node.signal("STOP") }
    app.signal("TERM")

    expect(app.exit_status(within: 10)).to eq(2), app.output
  end
end
