# frozen_string_literal: true

module LocalKafka
  # `bin/kafka`: runs one command and turns what happens into text and an exit code.
  class CommandLine
    COMMANDS = %w[start stop status logs].freeze

    # @param arguments [Array<String>]
    def initialize(arguments, out: $stdout, err: $stderr)
      @arguments = arguments
      @out = out
      @err = err
      @out.sync = true
    end

    # @return [Integer] exit code
    def run
      @options = Options.new(@arguments)
      return help if @options.help?
      return wrong("unknown command: #{@options.command}") unless COMMANDS.include?(@options.command)

      @cluster = Cluster.new(@options.settings, out: @out)
      send(@options.command)
    rescue OptionParser::ParseError => e
      wrong(e.message)
    rescue Error => e
      @err.puts "kafka: #{e.message}"
      1
    rescue Interrupt
      130
    end

    private

    def help
      @out.puts @options.help
      0
    end

    def wrong(message)
      @err.puts "kafka: #{message}", "See bin/kafka --help"
      2
    end

    def start
      started = @cluster.start(only: @options.node)
      @out.puts(started.empty? ? "Kafka was running already" : "Kafka is ready")
      describe
      0
    end

    def stop
      stopped = @cluster.stop(only: @options.node)
      names = stopped.map { |node| "node #{node.id}" }.join(", ")
      @out.puts(stopped.empty? ? "Kafka was not running" : "Stopped #{names}")
      return 0 unless @options.wipe?

      @cluster.wipe
      @out.puts "Removed #{@cluster.settings.data}"
      0
    end

    def status
      running = @cluster.running?
      @out.puts(running ? "Kafka runs" : "Kafka does not run")
      describe if @cluster.settings.known?
      running ? 0 : 3
    end

    def logs
      nodes = @cluster.nodes.select do |node|
        File.exist?(node.log) && (@options.node.nil? || node.id == @options.node)
      end
      raise Error, "no log in #{@cluster.settings.data}" if nodes.empty?

      exec("tail", "-n", @options.lines.to_s, "-F", *nodes.map(&:log)) if @options.follow?
      nodes.each { |node| @out.puts "== node #{node.id}: #{node.log}", node.tail(@options.lines) }
      0
    end

    def describe
      settings = @cluster.settings
      row("bootstrap.servers", settings.bootstrap_servers)
      @cluster.nodes.each do |node|
        row("node #{node.id}", node.pid ? "process #{node.pid}, port #{node.port}" : "stopped")
      end
      row("data", settings.data)
      describe_security(settings) if settings.sasl_ssl
    end

    def describe_security(settings)
      row("SASL_SSL", settings.sasl_ssl_servers)
      row("mutual TLS", settings.ssl_servers)
      row("certificates", "#{settings.data}/tls (ca.pem, client.pem, client.key)")
      row("users", Properties::USERS.map { |name, secret| "#{name}:#{secret}" }.join(" "))
    end

    def row(name, value) = @out.puts("  #{name.ljust(18)} #{value}")
  end
end
