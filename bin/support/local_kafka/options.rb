# frozen_string_literal: true

require "optparse"

module LocalKafka
  # The words behind `bin/kafka`.
  class Options
    ROOT = File.expand_path("../../..", __dir__)

    HELP = <<~TEXT.freeze
      Runs a real Apache Kafka #{Jars::VERSION} (KRaft) on this machine, every listener on #{HOST}.

      Usage: bin/kafka start|stop|status|logs [options]

        start    starts what does not run; ready when the command returns
        stop     stops in an orderly way
        status   what runs and where; exit code 0 when all brokers run, 3 when not
        logs     the brokers' logs

      Several clusters live side by side, told apart by --port or --data.
    TEXT

    FOOTER = <<~TEXT.freeze

      Ports: clients PORT, controllers PORT + #{Settings::CONTROLLER}, SASL_SSL PORT + #{Settings::SASL_SSL}, mutual TLS PORT + #{Settings::SSL};
      each further broker adds one.
      Environment: KARAFKA_KAFKA_CACHE  folder of the jars (#{Jars::CACHE})
                   KARAFKA_KAFKA_VERSION  another version of Kafka (#{Jars::VERSION})
      Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not running (status).
    TEXT

    # Each further broker adds one to every port, up to where the next kind of listener begins.
    BROKERS = (1..Settings::CONTROLLER)
    # The highest one of the last broker is a port as well.
    PORTS = (1..65_535 - Settings::SSL - BROKERS.max)
    private_constant :BROKERS, :PORTS

    attr_reader :command, :node, :lines

    # @param arguments [Array<String>] e.g. `["start", "--port", "19092"]`
    def initialize(arguments)
      @given = {}
      @lines = 50
      @command, *rest = parser.parse(arguments)
      raise OptionParser::InvalidArgument, rest.join(" ") unless rest.empty?
    end

    # @return [Settings]
    def settings
      Settings.new(@data || File.join(ROOT, ".kafka", (@given["port"] || Settings::DEFAULTS["port"]).to_s),
                   @given)
    end

    def help? = @help || command.nil? || command == "help"
    def wipe? = @wipe
    def follow? = @follow
    def help = parser.help + FOOTER

    private

    def parser
      @parser ||= OptionParser.new(HELP, 24) do |words|
        words.separator("\nOptions:")
        where(words)
        what(words)
        others(words)
      end
    end

    def where(words)
      words.on("--port PORT", Integer, "first client port (9092)") do |port|
        @given["port"] = within(PORTS, port)
      end
      words.on("--data DIR", "data folder (.kafka/PORT of the repository)") { |folder| @data = folder }
      words.on("--node N", Integer, "start, stop or logs: only this broker") { |id| @node = id }
    end

    def what(words)
      words.on("--brokers N", Integer, "brokers (1); from 3 on replication 3, min ISR 2") do |count|
        @given["brokers"] = within(BROKERS, count)
      end
      words.on("--sasl-ssl", "also SASL_SSL (PLAIN, SCRAM, OAUTHBEARER) and mutual TLS") do
        @given["sasl_ssl"] = true
      end
      words.on("--acl", "an authorizer; `admin` and plain text are super users") { @given["acl"] = true }
      words.on("--no-auto-create", "topics must be created before use") { @given["auto_create"] = false }
      words.on("--heap SIZE", "heap of each broker (1g; 512m in a cluster)") { |size| @given["heap"] = size }
      words.on("--set KEY=VALUE", "any broker property; may be repeated") { |pair| property(pair) }
    end

    def others(words)
      words.on("--wipe", "stop: forget all data as well") { @wipe = true }
      words.on("--lines N", Integer, "logs: how many lines of each broker (50)") { |count| @lines = count }
      words.on("-f", "--follow", "logs: go on printing until Ctrl-C") { @follow = true }
      words.on("-h", "--help", "this text") { @help = true }
    end

    def within(range, number)
      return number if range.cover?(number)

      raise OptionParser::InvalidArgument, "#{number} (#{range.min} to #{range.max} is wanted)"
    end

    def property(pair)
      name, value = pair.split("=", 2)
      raise OptionParser::InvalidArgument, "#{pair} (KEY=VALUE is wanted)" unless value

      (@given["set"] ||= {})[name] = value
    end
  end
end
