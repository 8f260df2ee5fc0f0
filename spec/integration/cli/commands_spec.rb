# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "karafka" do
  let(:topic) { create_topic("cli") }

  def write_app(extra: "")
    File.write(File.join(folder, "karafka.rb"), <<~RUBY)
      $stdout.sync = true
      class Printer < Karafka::BaseConsumer
        def consume = messages.each { |message| puts "got \#{topic.name} \#{message.raw_payload}" }
      end

      class KarafkaApp < Karafka::App
        setup do |config|
          config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA") }
          config.client_id = "cli-spec"
          config.max_wait_time = 200
        end

        %w[stopping stopped terminated].each { |state| monitor.subscribe("app.\#{state}") { puts "is \#{state}" } }

        routes.draw do
          consumer_group("#{unique("first")}") { topic("#{topic}") { consumer Printer } }
          consumer_group("#{unique("second")}") { topic("#{topic}-other") { consumer Printer } }
        end
        #{extra}
      end
    RUBY
  end

  def karafka(*arguments, env: {})
    child = run_karafka(*arguments, env:)
    [child.exit_status(within: 60), child.output]
  end

  it "consumes until it is told to stop, and exits with 0" do
    write_app
    peer.produce(topic, %w[one two])
    server = run_karafka("server", "--topics", topic)

    server.await_line("got #{topic} two")
    server.signal("TERM")
    expect(server.exit_status).to eq(0)
    expect(server.lines.grep(/^is /)).to eq(["is stopping", "is stopped", "is terminated"])
  end

  it "refuses unknown names, naming the flag, after a full stop" do
    write_app
    {
      "--topics" => "include_topics", "--include-consumer-groups" => "include_consumer_groups",
      "--exclude_topics" => "exclude_topics"
    }.each do |flag, name|
      status, output = karafka("server", flag, "nope")

      expect(status).to eq(1)
      expect(output).to include("cli.#{name}", "nope", "is stopping", "is stopped", "is terminated")
    end
  end

  it "refuses filters that leave nothing" do
    write_app
    status, output = karafka("consumer", "--exclude-topics", "#{topic},#{topic}-other")

    expect(status).to eq(1)
    expect(output).to include("No topics to subscribe to")
  end

  it "prints usage for -h and starts nothing" do
    write_app(extra: 'monitor.subscribe("app.running") { puts "runs" }')
    status, output = karafka("server", "-h")

    expect(status).to eq(0)
    expect(output).to include("Usage: karafka server", "--exclude-topics")
    expect(output).not_to include("runs")
  end

  it "refuses unknown flags, flags without value, and actions of commands without any" do
    write_app

    expect(karafka("server", "--nope")).to match([1, /invalid option: --nope/])
    expect(karafka("server", "--topics")).to match([1, /missing argument: --topics/])
    expect(karafka("info", "now")).to match([1, /ArgumentError/])
  end

  it "knows unknown commands in one line" do
    write_app
    status, output = karafka("nope")

    expect(status).to eq(1)
    expect(output.lines.size).to eq(1)
    expect(output).to include("unknown command `nope`")
    expect(karafka("swarm")).to match([1, /`karafka swarm` is not part of this version/])
  end

  it "lists its commands, for no command as well" do
    write_app
    _, overview = karafka("help")

    expect(overview.lines.first.chomp).to eq("Karafka commands:")
    names = overview.lines.drop(1).map { |line| line[/\A  (\w+) +# /, 1] }
    expect(names).to eq(names.sort)
    expect(names).to include("console", "help", "info", "install", "server", "topics")
    expect(karafka).to eq([0, overview])
  end

  it "needs a boot file, but not for help, version and install" do
    expect(karafka("server")).to match([1, /\ABoot file not found|Boot file not found: .*karafka.rb/])
    expect(karafka("server").last.lines.size).to eq(1)
    expect(karafka("-h")).to match([0, /Karafka commands:/])
    expect(karafka("--version")).to match([0, /karafka-native \d/])
    expect(karafka("server", env: { "KARAFKA_BOOT_FILE" => "false" })).to match([1, /Boot file not found/])
  end

  it "prints facts about the app" do
    write_app
    status, output = karafka("info", env: { "KARAFKA_ENV" => "development" })

    expect(status).to eq(0)
    expect(output).to include(
      "Karafka version: 2.6.1", "Rdkafka version: librdkafka", "Consumer groups count: 2",
      "Subscription groups count: 2", "Workers count: 5", "Instance client id: cli-spec",
      "Boot file: #{File.join(File.realpath(folder), "karafka.rb")}", "License: MIT OR Apache-2.0"
    )
  end

  it "shows no facts at production's log level" do
    write_app

    expect(karafka("info", env: { "KARAFKA_ENV" => "production" })).to eq([0, ""])
  end

  it "opens a console with the app loaded" do
    write_app
    console = run_karafka("console")
    console.say('puts ["routes:", KarafkaApp.routes.size, ENV["KARAFKA_CONSOLE"]].join(" ")')

    console.await_line("routes: 2 true")
    console.say("exit")
    expect(console.exit_status).to eq(0)
  end

  it "runs commands that other libraries define, unless they refine one of ours" do
    write_app(extra: <<~RUBY)
      ::ThirdParty = Module.new
      class ::ThirdParty::HelloWorld < ::Karafka::Cli::Base
        desc "Greets"
        aliases :hi
        option :limit, "How often", Integer, ["--how_often TIMES"]
        def call(action = "nobody") = puts("\#{options} \#{action} \#{ARGV.inspect}")
      end
      class ::ThirdParty::Refined < ::ThirdParty::HelloWorld; end
    RUBY

    expect(karafka("hello_world", "--how-often",
                   "3")).to match([0, /\{:limit=>3\} nobody \["hello_world", "--how-often", "3"\]/])
    expect(karafka("hi", "you")).to match([0, /\{\} you/])
    expect(karafka("refined").first).to eq(1)
    expect(karafka("help").last).to match(/^  hello_world +# Greets$/)
  end
end
