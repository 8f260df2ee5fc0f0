# frozen_string_literal: true

require "socket"
require "karafka"

module Demo
  # Where a demo runs: a broker inside this process, or a real Kafka. What it made there goes at its end,
  # what was there already stays.
  class Place
    # There is nothing to run on.
    class Unreachable < StandardError; end

    # Seconds that a connection may take.
    PATIENCE = 5
    private_constant :PATIENCE

    # @return [String] for `bootstrap.servers`
    attr_reader :bootstrap_servers

    # @param kafka [String, nil] host:port; nil starts a broker
    # @raise [Unreachable] nobody listens there
    def initialize(kafka)
      @topics = []
      @groups = []
      @broker = Karafka::Testing::Broker.start unless kafka
      @bootstrap_servers = kafka || @broker.bootstrap_servers
      knock
    end

    # @return [Boolean] everything in it is the demo's own
    def own? = !@broker.nil?

    # @param topic [String]
    # @param partitions [Integer]
    # @raise [Unreachable] who listens there does not make it
    def create_topic(topic, partitions)
      return @broker.create_topic(topic, partitions:) if own?

      admin.create_topic(topic, partitions, 1)
      @topics << topic
    rescue Rdkafka::RdkafkaError, Rdkafka::AbstractHandle::WaitTimeoutError => e
      raise Unreachable, "Kafka at #{bootstrap_servers} does not make the topic #{topic}: #{e.message}"
    end

    # @param group [String] that goes in the end
    # @return [String] the same
    def group(group)
      @groups << group unless own?
      group
    end

    # Asks whether anybody listens: a Kafka client would try again and again.
    #
    # @raise [Unreachable]
    def knock
      host, port = bootstrap_servers.match(/\A(.+):(\d+)\z/)&.captures
      raise Unreachable, "#{bootstrap_servers} is not HOST:PORT" unless port

      Socket.tcp(host, port, connect_timeout: PATIENCE).close
    rescue SystemCallError, SocketError => e
      raise Unreachable, "there is no Kafka at #{bootstrap_servers}: #{e.message}"
    end

    # @return [Karafka::Admin]
    # @raise [Unreachable]
    def admin
      knock
      Karafka::Admin.new(kafka: { "bootstrap.servers": bootstrap_servers })
    end

    # Leaves nothing behind, where that can be done.
    def close
      @topics.each { |topic| admin.delete_topic(topic) }
      @groups.each { |group| delete_group(group) }
    rescue StandardError => e
      warn "bin/demo: could not delete #{[*@topics, *@groups].join(", ")}: #{e.message}"
    ensure
      @broker&.stop
    end

    def to_s
      own? ? "a broker inside this process (#{bootstrap_servers})" : "Kafka at #{bootstrap_servers}"
    end

    private

    # A group that nobody has joined yet is nowhere.
    def delete_group(group)
      admin.delete_consumer_group(group)
    rescue Rdkafka::RdkafkaError => e
      raise unless e.code == :group_id_not_found
    end
  end
end
