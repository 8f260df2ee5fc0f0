# frozen_string_literal: true

require "tmpdir"
require_relative "cli_helper"

RSpec.describe Karafka::Cli::Doctor, :fresh_app do
  include CommandLine

  around do |example|
    Dir.mktmpdir do |root|
      @root = Pathname.new(root)
      example.run
    end
  end

  before do
    allow(Karafka).to receive_messages(root: @root, rails?: false, boot_file: @root.join("karafka.rb"))
    allow(Karafka::Admin).to receive(:cluster_info).and_return(cluster("orders" => 2))
  end

  let(:setup) { 'setup { |config| config.kafka = { "bootstrap.servers": "kafka:9092" } }' }

  def cluster(topics)
    listed = topics.map { |name, count| { topic_name: name, partition_count: count, partitions: [] } }
    Rdkafka::Metadata.new([{}, {}], listed)
  end

  # @param gems [Hash{String => Array<String>}] of the lockfile => what they depend on
  def lock(gems = { "karafka-native" => [] }, direct: gems.keys)
    specs = gems.map { |name, needs| ["    #{name} (1.0.0)", *needs.map { |need| "      #{need}" }] }
    @root.join("Gemfile.lock").write(<<~LOCK)
      GEM
        remote: https://rubygems.org/
        specs:
      #{specs.flatten.join("\n")}

      PLATFORMS
        ruby

      DEPENDENCIES
      #{direct.map { |name| "  #{name}" }.join("\n")}
    LOCK
  end

  def boot_file(routes: "topic(:orders) { consumer Class.new(Karafka::BaseConsumer) }", setup: self.setup)
    @root.join("karafka.rb").write("Karafka::App.tap { |app| app.instance_eval { #{setup} } }
                                    Karafka::App.routes.draw { #{routes} }")
  end

  # @return [Array(Array<String>, Integer, nil)] lines, and the exit code if it ended the process
  def examine(*flags)
    output, status = with_arguments("doctor", *flags) { described_class.new.call }
    [output.lines(chomp: true), status]
  end

  it "finds nothing to do for an app that is ready" do
    lock
    boot_file(setup: setup.sub('"kafka:9092"', '"kafka:9092", "fetch.queue.backoff.ms": 10'))
    lines, status = examine

    expect(status).to be_nil
    expect(lines.first(3)).to match([/fine .*bundle: karafka-native 1\.0\.0/, /fine .*app: 1 topics.* app\z/,
                                     /fine .*Kafka: brokers 2, at kafka:9092/])
    expect(lines.last).to start_with("Nothing must be done.")
  end

  it "names the lines of other gems and looks no further" do
    lock({ "karafka" => [], "karafka-testing" => ["karafka"], "panel" => ["karafka"] },
         direct: %w[karafka panel])
    boot_file(setup: "raise 'loaded'")
    lines, status = examine

    expect(status).to eq(1)
    expect(lines).to include("           -> remove the line `gem \"karafka\"` from your Gemfile",
                             /-> put `gem "karafka-native"` into the Gemfile and run `bundle install`/)
    expect(lines.join).not_to include("does not load")
  end

  it "names what pulls another gem in, and a second native client" do
    lock({ "karafka-native" => [], "panel" => ["waterdrop"], "waterdrop" => [], "rdkafka" => [] })
    lines, = examine

    expect(lines.join("\n"))
      .to include("waterdrop cannot be in a process", "rdkafka brings another librdkafka")
  end

  it "wants a Rails that the Railtie can speak to" do
    lock({ "karafka-native" => [], "railties" => [] })
    boot_file

    expect(examine.first.first).to match(/must .*bundle: Rails 1\.0\.0 is too old/)
  end

  it "does without a lockfile" do
    boot_file
    lines, status = examine

    expect(status).to be_nil
    expect(lines.first).to match(/differs .*bundle: no Gemfile\.lock/)
  end

  {
    "setup" => ["raise IOError, 'no disk'", "IOError: no disk", "mend it"],
    "a setting" => ["setup { |config| config.concurrency = 0 }", "concurrency", "correct what is named"],
    "a library" => ["require 'absent/library'", "absent/library", "put the missing library"],
    "syntax" => ["(", "SyntaxError", "mend it"]
  }.each do |what, (code, told, remedy)|
    it "says why an app does not load: #{what}" do
      lock
      boot_file(setup: code)
      lines, status = examine

      expect(status).to eq(1)
      expect(lines.join("\n")).to match(/must .*app: does not load: .*#{told}/m).and include("-> #{remedy}")
      expect(Karafka::Admin).not_to have_received(:cluster_info)
    end
  end

  it "says so where there is no boot file" do
    lock

    expect(examine.first.join).to match(/MissingBootFileError.*KARAFKA_BOOT_FILE/)
  end

  it "says what is of no use any more" do
    lock
    boot_file(setup: setup.sub("config.kafka", "config.license.token = 'x'; config.kafka")
                          .sub('"kafka:9092"', '"kafka:9092", "socket.blocking.max.ms": 5'))
    lines, status = examine

    expect(status).to be_nil
    expect(lines).to include(/deprecated app: librdkafka has deprecated `socket\.blocking\.max\.ms`/,
                             /differs .*a licence is configured/, /differs .*batches arrive sooner/)
  end

  it "finds topics that are missing or too small, declared or not" do
    lock
    boot_file(routes: <<~RUBY)
      consumer_class = Class.new(Karafka::BaseConsumer)
      topic(:orders) { config(partitions: 5); consumer consumer_class }
      topic(:payments) { consumer consumer_class }
      topic(:foreign) { config(active: false); consumer consumer_class }
    RUBY
    lines, status = examine

    expect(status).to eq(1)
    expect(lines).to include(/topic payments: does not exist/, /topic foreign: does not exist/,
                             /topic orders: has 2 partitions, 5 are declared/)
    expect(lines.join("\n")).to include("-> `karafka topics migrate` creates it",
                                        "-> create it, or declare it: `declaratives.draw { topic(\"fore")
    expect(lines.last).to start_with("3 to do")
  end

  it "wants the topic of dead letters as well" do
    lock
    boot_file(routes: 'topic(:orders) { consumer Class.new(Karafka::BaseConsumer)
                                        dead_letter_queue(topic: "failed_orders") }')

    expect(examine.first).to include(/topic failed_orders: does not exist/)
  end

  it "leaves topics of other clusters alone" do
    lock
    boot_file(routes: 'topic(:far) { consumer Class.new(Karafka::BaseConsumer)
                                     kafka("bootstrap.servers": "far:9092") }')
    lines, status = examine

    expect(status).to be_nil
    expect(lines).to include(/topic far: is of another cluster, far:9092/)
  end

  it "tells a cluster that does not answer, and can do without" do
    lock
    boot_file
    allow(Karafka::Admin).to receive(:cluster_info).and_raise(Rdkafka::RdkafkaError.new(-195))
    lines, status = examine

    expect(status).to eq(1)
    expect(lines.first).to match(/must .*Kafka: no answer from kafka:9092/)
    expect(examine("--offline").last).to be_nil
  end
end
