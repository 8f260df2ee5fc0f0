# frozen_string_literal: true

require_relative "../spec_helper"

# Apps of the specs on the process model: each prints what happened, one line an event, written at once
# so that lines of several threads stay whole.
module ProcessApps
  # What the specs look at; the other events come too often or say nothing here.
  EVENTS = %w[
    app.before_warmup app.running app.quieting app.quiet app.stopping app.stopped app.terminated
    connection.listener.pending connection.listener.starting connection.listener.running
    connection.listener.quieting connection.listener.quiet connection.listener.stopping
    connection.listener.stopped connection.listener.before_fetch_loop connection.listener.after_fetch_loop
    rebalance.partitions_assigned rebalance.partitions_revoke rebalance.partitions_revoked
    worker.scaling.up worker.scaling.down worker.completed process.notice_signal error.occurred
  ].freeze

  STATES = %w[quieting quiet stopping stopped terminated].freeze

  PRELUDE = <<~RUBY
    require "karafka"
    def say(text) = $stdout.syswrite("\#{text}\\n")

    class Reader < Karafka::BaseConsumer
      def consume = messages.each { |message| say "consumed \#{partition}/\#{message.offset} \#{message.raw_payload}" }
      def shutdown = say("shutdown \#{partition}")
      def revoked = say("revoked \#{partition}")
    end

    at_exit { say "at_exit" }
  RUBY

  SETUP = <<~RUBY.freeze
    class App < Karafka::App
      setup do |config|
        config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA") }
        config.group_id = ENV.fetch("GROUP")
        config.max_wait_time = 200
        config.concurrency = 2
        config.shutdown_timeout = 20_000
        App.configure_more(config) if App.respond_to?(:configure_more)
      end

      routes.draw { topic(ENV.fetch("TOPIC")) { consumer Reader } }
    end

    %w[#{EVENTS.join(" ")}].each do |name|
      Karafka.monitor.subscribe(name) do |event|
        details = [event.payload[:type], event.payload[:error]&.class, event.payload[:signal]].compact
        details << (event[:job] ? event[:job].class.action : "end") if name == "worker.completed"
        say ["event", name, *details].join(" ")
      end
    end
  RUBY

  def topic = @topic ||= create_topic("process", partitions: 1)
  def group = @group ||= unique("process")

  # @param before [String] Ruby code before the app is set up: consumers, `App.configure_more`
  # @param after [String] Ruby code between the setup and the run
  # @param run [String]
  # @return [Specs::Child]
  def start_app(before: "", after: "", run: "Karafka::Server.run", env: {})
    run_app([PRELUDE, before, SETUP, after, run, 'say "ran to the end"'].join("\n"),
            { "TOPIC" => topic, "GROUP" => group }.merge(env))
  end

  # @return [Array<String>] the events among the lines, without the word
  def events(child) = child.lines.grep(/^event /).map { |line| line.delete_prefix("event ") }

  # @return [Array<String>] states of the app, in order
  def states(child) = events(child).grep(/^app\./).map { |line| line.delete_prefix("app.") } & STATES

  # Every state event, repeated ones too.
  def state_events(child)
    events(child).filter_map { |line| line[/^app\.(#{STATES.join("|")})$/, 1] }
  end

  def setting(**settings)
    lines = settings.map { |name, value| "config.#{name} = #{value.inspect}" }.join("; ")
    "class App < Karafka::App; def self.configure_more(config) = (#{lines}); end"
  end

  # Starts it and waits for the first message, so that every part of it is at work.
  def start_working_app(**given)
    peer.produce(topic, ["first"])
    start_app(**given).tap { |app| app.await_line("consumed 0/0 first") }
  end
end

RSpec.configure { |config| config.include ProcessApps, :process }
