# frozen_string_literal: true

require_relative "../spec_helper"

# Producers of transactions, and what came of them.
module Transactions
  # @param servers [String] host:port
  # @return [WaterDrop::Producer] transactional, closed with the example
  def producer(servers: kafka, **settings)
    made = WaterDrop::Producer.new do |config|
      config.kafka = { "bootstrap.servers": servers, "transactional.id": unique("tx"),
                       "transaction.timeout.ms": 20_000, "message.timeout.ms": 10_000, **settings }
    end
    cleanups << -> { made.close! }
    made
  end

  # @return [Integer, nil] committed offset of partition 0
  def committed(place = topic, group = spec_group)
    offset = peer.committed(group, place)[0]
    offset if offset && offset >= 0
  end

  # What readers of committed messages get, the end being marked by one more.
  #
  # @param client [Specs::Peer]
  # @return [Array<String>] payloads
  def visible(place = target, client: peer)
    client.produce(place, ["end"])
    found = []
    await("the end of the target", within: 60) do
      found = client.read(place, count: found.size + 1).map(&:payload)
      found.include?("end")
    end
    found - ["end"]
  end

  # Everything that was ever committed for partition 0, by consumers and by transactions, as Kafka keeps it,
  # up to what is committed now: while a transaction of somebody else is open in the same place, it is hidden.
  #
  # @return [Array<Integer>] offsets in the order of their commits
  def commits(place = topic, group = spec_group)
    last = committed(place, group)
    found = []
    await("the newest commit of #{group}, #{last}, to be readable", within: 90) do
      (found = history(place, group)).last == last
    end
    found
  end

  private

  def history(place, group)
    number = home_of(group)
    high = peer.watermarks("__consumer_offsets", number).last
    records = Karafka::Admin.read_topic("__consumer_offsets", number, high, 0,
                                        "isolation.level": "read_committed")
    key = [1, group.bytesize, group, place.bytesize, place, 0].pack("s>s>a*s>a*l>")
    records.filter_map { |record| record.raw_payload[2, 8].unpack1("q>") if kept?(record, key) }
  end

  # @return [Integer] partition of Kafka's own topic that has the group: by the distance from zero of Java's
  #   hash of the name, which has 32 bits and a sign
  def home_of(group)
    hash = group.each_char.reduce(0) { |sum, char| ((sum * 31) + char.ord) & 0xffff_ffff }
    hash -= 1 << 32 if hash >= 1 << 31
    hash.abs % peer.topics.fetch("__consumer_offsets")
  end

  def kept?(record, key) = record.raw_key == key && !record.raw_payload.nil?
end

RSpec.configure { |config| config.include Transactions, :transactions }
