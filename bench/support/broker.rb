# frozen_string_literal: true

require "securerandom"
require "stringio"

module Bench
  # The Kafka that a bench runs on: one of its own, or the one it is told.
  module Broker
    # @param servers [String, nil] host:port of a Kafka that is there
    # @yieldparam servers [String]
    def self.with(servers)
      return yield(servers) if servers

      data = File.join(ROOT, ".kafka", "bench-#{SecureRandom.hex(4)}")
      settings = LocalKafka::Settings.new(data, "port" => LocalKafka::Ports.free)
      cluster = LocalKafka::Cluster.new(settings, out: $stderr)
      begin
        cluster.start
        yield(settings.bootstrap_servers)
      ensure
        cluster.stop
        cluster.wipe
      end
    end
  end
end
