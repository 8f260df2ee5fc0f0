# frozen_string_literal: true

require "securerandom"
require "stringio"
require_relative "../../bin/support/local_kafka"

module Specs
  # The brokers that specs talk to.
  module Kafka
    ROOT = File.expand_path("../..", __dir__)

    # The shared broker: the one of KARAFKA_SPEC_KAFKA, else one that is started at the first use
    # and stopped when this process ends. Specs must not disturb it.
    #
    # @return [String] host:port
    def self.bootstrap_servers
      @bootstrap_servers ||= ENV["KARAFKA_SPEC_KAFKA"] || start_shared.settings.bootstrap_servers
    end

    # Starts a cluster of the caller's own, to kill, freeze or configure.
    #
    # @param given [Hash] as LocalKafka::Settings takes: :brokers, :sasl_ssl, :acl, :auto_create, :set
    # @return [LocalKafka::Cluster] whose `nodes` can be signalled; give it to `discard`
    def self.start(**given)
      data = File.join(ROOT, ".kafka", "spec-#{SecureRandom.hex(4)}")
      given = { port: LocalKafka::Ports.free, **given }.transform_keys(&:to_s)
      settings = LocalKafka::Settings.new(data, given)
      LocalKafka::Cluster.new(settings, out: StringIO.new).tap(&:start)
    end

    # Ends a cluster at once and forgets its data.
    def self.discard(cluster)
      cluster.nodes.each { |node| node.signal("KILL") }.each { |node| node.await_end(within: 10) }
      cluster.wipe
    end

    def self.start_shared
      cluster = start
      owner = Process.pid
      at_exit { discard(cluster) if Process.pid == owner }
      cluster
    end
    private_class_method :start_shared
  end
end
