# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "karafka topics" do
  let(:topic) { unique("cli") }

  # An app that declares its topics as the block says.
  def declare(declarations, boot: "karafka.rb", setup: "")
    File.write(File.join(folder, boot), <<~RUBY)
      class AnyConsumer < Karafka::BaseConsumer
        def consume; end
      end

      class KarafkaApp < Karafka::App
        setup do |config|
          config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA") }
          #{setup}
        end

        declaratives.draw do
          #{declarations}
        end
      end
    RUBY
  end

  def topics(*arguments)
    child = run_karafka("topics", *arguments)
    [child.exit_status(within: 90), child.output.gsub(/\e\[\d+m/, "")]
  end

  def setting(name)
    native = Karafka::Native::Admin.new({ "bootstrap.servers": kafka })
    entries = native.describe_configs([[2, topic]], 10_000).first.last
    entries.find { |entry| entry.first == name }[1]
  end

  it "plans, migrates, and plans nothing more" do
    declare(%(topic("#{topic}") { partitions(2); config("retention.ms": 100_000) }))

    status, output = topics("plan", "--detailed-exitcode")
    expect(status).to eq(2)
    expect(output).to match(/\+ #{topic}:\n\s+\+ partitions: "2"\n\s+\+ retention.ms: "100000"/)
    expect(peer.topics).not_to have_key(topic)

    status, output = topics("migrate", "--detailed_exitcode")
    expect(status).to eq(2)
    expect(output).to include("Creating topic #{topic}...", "Created topic #{topic}.", ".....")
    expect(output).to include("Skipping because topic #{topic} has 2 partitions.")
    expect(output).to include("Skipping because there are no configurations to align.")
    expect(peer.topics[topic]).to eq(2)
    expect(setting("retention.ms")).to eq("100000")

    status, output = topics("plan", "--detailed-exitcode")
    expect(status).to eq(0)
    expect(output).to include("Karafka will not perform any actions. No changes needed.")
    expect(topics("migrate", "--detailed-exitcode").first).to eq(0)
  end

  it "widens and aligns what exists, one request a topic" do
    peer.create_topic(topic, partitions: 1,
                             settings: { "retention.ms" => "5000", "cleanup.policy" => "delete" })
    declare(<<~RUBY)
      topic("#{topic}") { partitions(3); config("retention.ms": 100_000, "cleanup.policy": "delete") }
    RUBY

    status, output = topics("plan", "--detailed-exitcode")
    expect(status).to eq(2)
    expect(output).to include(%(~ partitions: "1" => "3"), %(~ retention.ms: "5000" => "100000"))
    expect(output).not_to include("cleanup.policy")

    status, output = topics("repartition")
    expect(status).to eq(0)
    expect(output).to include("Increasing number of partitions to 3 on topic #{topic}...")
    expect(output).to include("Created 2 additional partitions on topic #{topic}.")
    expect(peer.topics[topic]).to eq(3)

    status, output = topics("align", "--detailed-exitcode")
    expect(status).to eq(2)
    expect(output).to include("Updating topic: #{topic} configuration...",
                              "Updated topic #{topic} configuration.")
    expect(setting("retention.ms")).to eq("100000")
  end

  it "never shrinks a topic, and says so" do
    peer.create_topic(topic, partitions: 3)
    declare(%(topic("#{topic}") { partitions(2) }))

    status, output = topics("plan", "--detailed-exitcode")
    expect(status).to eq(0)
    expect(output).to include("#{topic}: 3 stay, declared: 2")
    expect(topics("repartition", "--detailed-exitcode").first).to eq(0)
    expect(peer.topics[topic]).to eq(3)
  end

  it "creates, deletes and resets" do
    declare(%(topic("#{topic}") { partitions(1) }))

    expect(topics("delete").last).to include("Skipping because topic #{topic} does not exist.")
    expect(topics("create", "--detailed-exitcode").first).to eq(2)
    expect(topics("create").last).to include("Skipping because topic #{topic} already exists.")
    peer.produce(topic, %w[a b])
    status, output = topics("reset", "--detailed-exitcode")
    expect(status).to eq(2)
    expect(output).to include("Deleting topic #{topic}...", "Deleted topic #{topic}.",
                              "Created topic #{topic}.")
    expect(peer.watermarks(topic)).to eq([0, 0])
    expect(topics("delete", "--detailed-exitcode").first).to eq(2)
    expect(peer.topics).not_to have_key(topic)
  end

  it "names what Kafka refused, does the rest of the step, and exits with 1" do
    bad = unique("bad")
    last = unique("last")
    declare(<<~RUBY)
      topic("#{topic}")
      topic("#{bad}") { config("retention.ms": "soon") }
      topic("#{last}")
    RUBY

    status, output = topics("create")
    expect(status).to eq(1)
    expect(output).to include("Created topic #{topic}.", "Creating topic #{bad} failed:", "invalid_config")
    expect(peer.topics.keys & [topic, bad, last]).to contain_exactly(topic, last)
  end

  it "aligns the other topics when Kafka refuses the settings of one" do
    bad = unique("bad")
    [bad, topic].each { |name| peer.create_topic(name, partitions: 1) }
    declare(<<~RUBY)
      topic("#{bad}") { config("retention.ms": "soon") }
      topic("#{topic}") { config("retention.ms": 100_000) }
    RUBY

    status, output = topics("align")
    expect(status).to eq(1)
    expect(output).to include("Updating topic #{bad} configuration failed:", "Not a number")
    expect(output).to include("Updated topic #{topic} configuration.")
    expect(setting("retention.ms")).to eq("100000")
  end

  it "names topics of another cluster and leaves them alone" do
    elsewhere = unique("elsewhere")
    declare(%(topic("#{topic}")))
    File.write(File.join(folder, "karafka.rb"), <<~RUBY, mode: "a")
      KarafkaApp.routes.draw do
        topic("#{elsewhere}") do
          consumer AnyConsumer
          kafka("bootstrap.servers": "127.0.0.1:1")
          config(partitions: 1)
        end
      end
    RUBY

    status, output = topics("create")
    expect(status).to eq(0)
    expect(output).to include("Skipping topic #{elsewhere} of another cluster, 127.0.0.1:1.")
    expect(peer.topics.keys & [topic, elsewhere]).to eq([topic])
  end

  it "ignores settings that the broker does not know when it aligns, and names them" do
    peer.create_topic(topic, partitions: 1)
    declare(%(topic("#{topic}") { config("no.such": 1) }))

    status, output = topics("align", "--detailed-exitcode")
    expect(status).to eq(0)
    expect(output).to include("settings of topic #{topic} that the broker does not know: no.such")
    expect(topics("plan").last).to include(%(+ no.such: "" => "1"))
  end

  it "finds topics without redundancy" do
    peer.create_topic(topic, partitions: 1)
    declare(%(topic("#{topic}")))

    status, output = topics("health", "--detailed-exitcode")
    expect(status).to eq(2)
    expect(output).to include("No redundancy (replication factor 1): #{topic}", "Recommendations:")
  end

  it "describes its actions, and knows no other" do
    declare("")

    expect(topics.last).to match(/^  plan +# Prints what migrate would do$/)
    status, output = topics("nope")
    expect(status).to eq(1)
    expect(output.lines.size).to eq(1)
    expect(output).to include("unknown action `nope`")
  end

  it "fails when there is no cluster" do
    declare(%(topic("#{topic}")), setup: %(config.kafka = { "bootstrap.servers": "127.0.0.1:1" }
          config.internal.connection.proxy.metadata.timeout = 500
          config.internal.connection.proxy.metadata.wait_time = 100))

    status, output = topics("plan")
    expect(status).to eq(1)
    expect(output).to match(/transport|timed_out|all_brokers_down/)
  end
end
