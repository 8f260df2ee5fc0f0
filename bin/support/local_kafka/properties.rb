# frozen_string_literal: true

module LocalKafka
  # The `server.properties` of one node: broker and controller in one process, every listener on
  # the loopback address, and times short enough for specs of rebalances.
  class Properties
    SMALL = {
      "num.partitions" => 1, "num.network.threads" => 2, "num.io.threads" => 4,
      "offsets.topic.num.partitions" => 4, "transaction.state.log.num.partitions" => 4,
      "share.coordinator.state.topic.num.partitions" => 2,
      "log.cleaner.dedupe.buffer.size" => 16_777_216
    }.freeze

    QUICK = {
      "group.initial.rebalance.delay.ms" => 0,
      "group.min.session.timeout.ms" => 1_000,
      "group.coordinator.rebalance.protocols" => "classic,consumer",
      "group.consumer.min.session.timeout.ms" => 1_000,
      "group.consumer.session.timeout.ms" => 10_000,
      "group.consumer.min.heartbeat.interval.ms" => 200,
      "group.consumer.heartbeat.interval.ms" => 500,
      "transaction.abort.timed.out.transaction.cleanup.interval.ms" => 1_000
    }.freeze

    PROTOCOLS = { "PLAINTEXT" => "PLAINTEXT", "CONTROLLER" => "PLAINTEXT", "SASL_SSL" => "SASL_SSL",
                  "SSL" => "SSL" }.freeze

    MECHANISMS = %w[PLAIN SCRAM-SHA-256 SCRAM-SHA-512 OAUTHBEARER].freeze
    MODULES = "org.apache.kafka.common.security"

    # Who may log in over SASL; `admin` is a super user.
    USERS = { "admin" => "admin-secret", "app" => "app-secret" }.freeze

    # @param settings [Settings]
    # @param id [Integer] node id, from 1
    # @param folder [String] where this node keeps its data
    def initialize(settings, id, folder)
      @settings = settings
      @id = id
      @folder = folder
    end

    # @return [Hash{String => Object}]
    def to_h
      [identity, SMALL, replication, QUICK, security, authorization, @settings.set].reduce(:merge)
    end

    # @return [String] what goes into the file
    def to_s = to_h.map { |name, value| "#{name}=#{value}\n" }.join

    private

    def port(distance = 0) = @settings.port + distance + @id - 1

    def identity
      voters = (1..@settings.brokers).map do |id|
        "#{id}@#{HOST}:#{@settings.port + Settings::CONTROLLER + id - 1}"
      end
      {
        "process.roles" => "broker,controller", "node.id" => @id, "log.dirs" => "#{@folder}/data",
        "controller.quorum.voters" => voters.join(","), "controller.listener.names" => "CONTROLLER",
        "listeners" => addresses("CONTROLLER" => Settings::CONTROLLER, **client_ports),
        "advertised.listeners" => addresses(client_ports), "inter.broker.listener.name" => "PLAINTEXT",
        "listener.security.protocol.map" => PROTOCOLS.map { |pair| pair.join(":") }.join(","),
        "auto.create.topics.enable" => @settings.auto_create
      }
    end

    def client_ports
      { "PLAINTEXT" => 0, "SASL_SSL" => Settings::SASL_SSL, "SSL" => Settings::SSL }
        .slice(*@settings.client_listeners)
    end

    def addresses(ports) = ports.map { |name, distance| "#{name}://#{HOST}:#{port(distance)}" }.join(",")

    def replication
      copies = [@settings.brokers, 3].min
      in_sync = copies > 2 ? 2 : 1
      {
        "default.replication.factor" => copies, "min.insync.replicas" => in_sync,
        "offsets.topic.replication.factor" => copies,
        "transaction.state.log.replication.factor" => copies, "transaction.state.log.min.isr" => in_sync,
        "share.coordinator.state.topic.replication.factor" => copies,
        "share.coordinator.state.topic.min.isr" => in_sync
      }
    end

    def security
      return {} unless @settings.sasl_ssl

      tls = File.join(@settings.data, "tls")
      {
        "ssl.keystore.type" => "PEM", "ssl.keystore.location" => "#{tls}/server-chain.pem",
        "ssl.truststore.type" => "PEM", "ssl.truststore.location" => "#{tls}/ca.pem",
        "listener.name.ssl.ssl.client.auth" => "required",
        "listener.name.sasl_ssl.ssl.client.auth" => "none",
        "sasl.enabled.mechanisms" => MECHANISMS.join(","), **logins
      }
    end

    def logins
      users = USERS.map { |name, secret| "user_#{name}=\"#{secret}\"" }.join(" ")
      prefix = "listener.name.sasl_ssl"
      {
        "#{prefix}.plain.sasl.jaas.config" => "#{MODULES}.plain.PlainLoginModule required #{users};",
        "#{prefix}.scram-sha-256.sasl.jaas.config" => "#{MODULES}.scram.ScramLoginModule required;",
        "#{prefix}.scram-sha-512.sasl.jaas.config" => "#{MODULES}.scram.ScramLoginModule required;",
        "#{prefix}.oauthbearer.sasl.jaas.config" =>
          "#{MODULES}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"admin\";"
      }
    end

    def authorization
      return {} unless @settings.acl

      {
        "authorizer.class.name" => "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users" => "User:ANONYMOUS;User:admin"
      }
    end
  end
end
