# frozen_string_literal: true

# What integration specs share.
module Specs
  autoload :Child, "#{__dir__}/child"
  autoload :Helpers, "#{__dir__}/helpers"
  autoload :Kafka, "#{__dir__}/kafka"
  autoload :Members, "#{__dir__}/members"
  autoload :Peer, "#{__dir__}/peer"
  autoload :Proxy, "#{__dir__}/proxy"
  autoload :Run, "#{__dir__}/run"
  autoload :Runs, "#{__dir__}/runs"

  # @return [Float] seconds of the monotonic clock
  def self.now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  # @return [Hash{String => Peer}] by broker, for the life of this process
  def self.peers = @peers ||= {}
end
