# frozen_string_literal: true

RSpec.describe Karafka::Contracts::Config, :fresh_app do
  let(:config) { Karafka::App.config.tap { |one| one.kafka = { "bootstrap.servers": "x:1" } } }

  # Assigns by dotted path, e.g. `"pause.timeout" => 5`, and returns the errors.
  def errors(assigned)
    assigned.each do |path, value|
      *groups, name = path.split(".")
      groups.reduce(config) { |node, group| node.public_send(group) }.public_send(:"#{name}=", value)
    end
    described_class.new.call(config.settled_h, scope: %w[config]).errors
  end

  it "passes the defaults with a kafka scope" do
    expect(errors({})).to eq({})
  end

  # Path => [values that pass, values that are refused]
  {
    "client_id" => [%w[a A-b_c.1], ["", "a b", "é", "a\n", "a\nb", :a, nil]],
    "group_id" => [%w[app], ["", nil, 1]],
    "kafka" => [[{ "bootstrap.servers": "y" }], [{}, nil, "x", [], 1]],
    "max_wait_time" => [[1, 47_999], [0, -1, 1.5, "1", nil]],
    "shutdown_timeout" => [[1_001, 600_000], [0, nil, 2.5]],
    "concurrency" => [[1, 100], [0, nil, "5"]],
    "batch_linger" => [[nil, 0, 5], [-1, 1.5, false, "5"]],
    "consumer_persistence" => [[true, false], [nil, 1, "true"]],
    "strict_topics_namespacing" => [[true, false], [nil]],
    "strict_declarative_topics" => [[true, false], [nil]],
    "worker_thread_priority" => [[-3, 0, 3], [-4, 4, 1.0, nil]],
    "pause.timeout" => [[1, 30_000], [0, nil]],
    "pause.max_timeout" => [[1_000, 90_000], [0, nil]],
    "pause.with_exponential_backoff" => [[true, false], [nil]],
    "oauth.token_provider_listener" => [[false], [nil, true, Object.new]],
    "swarm.nodes" => [[1, 9], [0, nil]],
    "swarm.node" => [[false], [nil, true, 1]],
    "license.token" => [["x", true, false], [nil, 1]],
    "license.entity" => [["", "x"], [nil, false]],
    "admin.kafka" => [[{}, { "client.id": "x" }], [nil, "x", 5]],
    "admin.group_id" => [%w[g], ["", nil]],
    "admin.max_wait_time" => [[1], [0, nil]],
    "admin.max_retries_duration" => [[1_000], [999, nil]],
    "admin.retry_backoff" => [[100], [99, nil]],
    "internal.tick_interval" => [[1_000], [999, nil]],
    "internal.supervision_sleep" => [[0.1, 1], [0, -1, nil]],
    "internal.forceful_exit_code" => [[0], [-1, nil]],
    "internal.forceful_shutdown_wait" => [[0], [-1, nil]],
    "internal.connection.reset_backoff" => [[1_000], [999, nil]],
    "internal.connection.listener_thread_priority" => [[-3, 3], [-4, 4]],
    "internal.connection.proxy.commit.max_attempts" => [[1], [0, nil]],
    "internal.connection.proxy.metadata.timeout" => [[1], [0, nil]],
    "internal.connection.proxy.lag.timeout" => [[0, nil, "unchecked"], []],
    "internal.swarm.orphaned_exit_code" => [[0], [-1]],
    "internal.swarm.liveness_interval" => [[1_000], [999]],
    "internal.swarm.manager" => [[Object.new], [nil]],
    "internal.processing.worker_job_call_wrapper" => [[false], [nil, true]],
    "internal.processing.consumer_build_wrapper" => [[false], [nil, true]],
    "internal.processing.critical_errors" => [[[], [Interrupt]], [nil, [String], %w[SystemExit], [nil]]],
    "internal.processing.scheduler_class" => [[Class.new], [nil]],
    "internal.processing.consumer_groups.executor_class" => [[Class.new], [nil]],
    "internal.processing.consumer_groups.errors_tracker_class" => [[nil, Class.new], []],
    "internal.statistics.consumer_groups.decorator_class" => [[Class.new], [nil]],
    "internal.statistics.consumer_groups.lag_compensation.interval" => [[0, 1], [-1, nil]],
    "internal.statistics.consumer_groups.lag_compensation.pause_age" => [[5_000], [4_999]],
    "internal.active_job.dispatcher" => [[Object.new], [nil]],
    "initial_offset" => [["latest", nil, 5], []],
    "max_messages" => [[0, nil], []],
    "admin.poll_timeout" => [[nil], []]
  }.each do |path, (passing, refused)|
    it "checks #{path}" do
      passing.each { |value| expect(errors({ path => value })).to eq({}), "#{path} = #{value.inspect}" }
      refused.each do |value|
        expect(errors({ path => value }).keys).to eq([:"config.#{path}"]), "#{path} = #{value.inspect}"
      end
    end
  end

  %w[status process cli.contract declaratives.builder messages.parser swarm.manager swarm.liveness_listener
     routing.builder routing.subscription_groups_builder routing.activity_manager connection.manager
     connection.conductor processing.jobs_queue_class processing.scheduler_class
     processing.consumer_groups.jobs_builder processing.consumer_groups.coordinator_class
     processing.consumer_groups.partitioner_class processing.consumer_groups.strategy_selector
     processing.consumer_groups.expansions_selector active_job.job_options_contract
     active_job.consumer_class].each do |path|
    it "refuses nil for the component internal.#{path}" do
      expect(errors({ "internal.#{path}" => nil }).keys).to eq([:"config.internal.#{path}"])
    end
  end

  it "takes listeners, wrappers and nodes by what they answer" do
    expect(errors({ "oauth.token_provider_listener" => double(on_oauthbearer_token_refresh: nil),
                    "internal.processing.worker_job_call_wrapper" => double(wrap: nil),
                    "internal.processing.consumer_build_wrapper" => double(wrap: nil),
                    "swarm.node" => double(orphaned?: false) })).to eq({})
  end

  it "reports all failing settings together" do
    expect(errors({ "client_id" => "", "concurrency" => 0, "pause.timeout" => 0 }).keys)
      .to eq(%i[config.client_id config.concurrency config.pause.timeout])
  end

  describe "rules over several settings" do
    # In the order in which they run; each row breaks one.
    let(:broken) do
      [
        [{ "kafka" => { "a.b" => 1, acks: "1", "c.d" => 2 } }, %i[config.kafka.a.b config.kafka.c.d]],
        [{ "admin.kafka" => { "e.f" => 1 } }, %i[config.admin.kafka.e.f]],
        [{ "kafka" => { "statistics.unassigned.include": true } },
         %i[config.kafka.statistics.unassigned.include]],
        [{ "pause.timeout" => 5_000, "pause.max_timeout" => 4_999 }, %i[config.pause.timeout]],
        [{ "max_wait_time" => 60_000 }, %i[config.shutdown_timeout]],
        [{ "max_wait_time" => 48_000, "shutdown_timeout" => 90_000 }, %i[config.max_wait_time]]
      ]
    end

    it "each name the path at fault" do
      broken.each do |assigned, paths|
        FreshApp.run do
          fresh = Karafka::App.config
          fresh.kafka = { "bootstrap.servers": "x:1" }
          allow(self).to receive(:config).and_return(fresh)
          expect(errors(assigned).keys).to eq(paths)
        end
      end
    end

    it "are reported alone, the first one" do
      kafka = { "a.b" => 1, "statistics.unassigned.include": true }
      expect(errors({ "kafka" => kafka, "pause.timeout" => 90_000 }).keys).to eq(%i[config.kafka.a.b])
    end

    it "wait until every single setting is right" do
      expect(errors({ "concurrency" => 0, "pause.timeout" => 90_000 }).keys).to eq(%i[config.concurrency])
    end

    it "allow equal pauses, sub-second shutdowns and a wait just below the report share" do
      expect(errors({ "pause.timeout" => 500, "pause.max_timeout" => 500, "max_wait_time" => 100,
                      "shutdown_timeout" => 101 })).to eq({})
      expect(errors({ "max_wait_time" => 47_999, "shutdown_timeout" => 90_000 })).to eq({})
    end
  end

  it "never raises anything but its error, whatever the settings are (H-247)" do
    junk = [nil, false, "", "x", 0, -1, 1.5, [], {}, { "a" => 1 }, { a: 1 }, Object.new, :x, 2**70]
    names = %w[client_id kafka max_wait_time shutdown_timeout batch_linger pause.timeout admin.kafka
               internal.processing.critical_errors internal.swarm.node_report_timeout]
    200.times do
      picked = names.sample(4).to_h { |name| [name, junk.sample] }
      expect(errors(picked)).to be_a(Hash)
    end
  end

  it "raises with the Hash as its message" do
    config.kafka = {}

    expect { described_class.new.validate!(config.settled_h, scope: %w[config]) }
      .to raise_error(Karafka::Errors::InvalidConfigurationError, /\A{:"config.kafka"=>"needs .*"}\z/)
  end
end
