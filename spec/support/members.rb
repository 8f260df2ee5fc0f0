# frozen_string_literal: true

module Specs
  # Group members: apps in processes of their own that tell what happens to them, one event a line:
  #
  #   rebalance assign 0,1          rebalance.partitions_assign and its three brothers
  #   initialized 0 ID              a consumer instance of partition 0
  #   batch 0 10 19 1 ID            partition, first and last offset, attempt
  #   revoked 0 ID REVOKED MARK     what `revoked?` and a mark of the last message answer in the hook
  #   shutdown 0 ID
  #   error TYPE CODE TEXT          error.occurred; CODE is "-" when the error has none
  #   reset | running
  #
  # and whatever the spec's own consumer code says with `say`.
  module Members
    # Settings that make failure detection quick.
    QUICK = { "session.timeout.ms" => 3_000, "heartbeat.interval.ms" => 300, "socket.timeout.ms" => 10_000,
              "allow.auto.create.topics" => false,
              "socket.connection.setup.timeout.ms" => 2_000, "reconnect.backoff.max.ms" => 500 }.freeze

    # @param group [String]
    # @param topic [String]
    # @param consume [String] Ruby code of `consume`, after its batch was told
    # @param methods [String] Ruby code of further methods of the consumer
    # @param kafka [Hash] librdkafka settings; nil takes one of QUICK away
    # @param setup [String] Ruby code inside of the setup block
    # @param route [String] Ruby code inside of the topic's block
    # @param before [String] Ruby code before everything else
    # @param more [String] Ruby code before the server runs
    # @param servers [String] host:port
    # @return [Child]
    def member(group, topic, consume: "", methods: "", kafka: {}, setup: "", route: "", more: "", before: "",
               servers: nil, env: {})
      settings = { "bootstrap.servers" => servers || self.kafka, "auto.offset.reset" => "earliest" }
                 .merge(QUICK, kafka).compact
      code = { "CONSUME" => consume, "METHODS" => methods, "SETUP" => setup, "ROUTE" => route,
               "MORE" => more, "BEFORE" => before }
      script = SCRIPT.gsub(/^ *### (\w+)$/) { code.fetch(Regexp.last_match(1)) }
      run_app(script,
              { "SETTINGS" => JSON.generate(settings), "GROUP" => group, "TOPIC" => topic }.merge(env))
    end

    # Settings of a member that joins in another way.
    def protocol(name)
      { eager: {}, cooperative: { "partition.assignment.strategy" => "cooperative-sticky" },
        consumer: { "group.protocol" => "consumer", "session.timeout.ms" => nil,
                    "heartbeat.interval.ms" => nil } }.fetch(name)
    end

    # @return [Array<Array(Integer, Integer)>] partition and offset of each `done P O` line
    def done(*members)
      members.flat_map do |app|
        app.lines.filter_map { |line| line.split.drop(1).map(&:to_i) if line.start_with?("done ") }
      end
    end

    # Ends a member in an orderly way.
    def terminate(app, within: 30)
      app.signal("TERM")
      expect(app.exit_status(within:)).to eq(0), app.output
    end

    SCRIPT = <<~'RUBY'
      require "json"
      require "logger"
      require "karafka"

      def say(*words) = $stdout.write("#{words.join(" ")}\n")

      ### BEFORE
      class Member < Karafka::BaseConsumer
        def initialized = say("initialized", partition, id)

        def consume
          say("batch", partition, messages.first.offset, messages.last.offset, attempt, id)
          ### CONSUME
        end

        def revoked = say("revoked", partition, id, revoked?, mark_as_consumed(messages.last))
        def shutdown = say("shutdown", partition, id)

        ### METHODS
      end

      class KarafkaApp < Karafka::App
        setup do |config|
          config.kafka = JSON.parse(ENV.fetch("SETTINGS")).transform_keys(&:to_sym)
          config.client_id = "member"
          config.group_id = ENV.fetch("GROUP")
          config.max_wait_time = 200
          config.shutdown_timeout = 15_000
          config.logger = Logger.new(nil)
          ### SETUP
        end

        routes.draw do
          topic ENV.fetch("TOPIC") do
            consumer Member
            ### ROUTE
          end
        end
      end

      %w[assign assigned revoke revoked].each do |name|
        Karafka.monitor.subscribe("rebalance.partitions_#{name}") do |event|
          say("rebalance", name, event[:tpl].to_h.values.flatten.map(&:partition).sort.join(","))
        end
      end
      Karafka.monitor.subscribe("error.occurred") do |event|
        error = event[:error]
        say("error", event[:type], error.respond_to?(:code) ? error.code : "-", error.class,
            error.message.tr("\n", " ")[0, 200], *(error.backtrace || []).first(ENV.key?("TRACE") ? 12 : 0))
      end
      Karafka.monitor.subscribe("client.reset") { say("reset") }
      Karafka.monitor.subscribe("app.running") { say("running") }
      ### MORE
      Karafka::Server.run
    RUBY
  end
end
