# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Subscribers that use the connection whose events they get", :fresh_app do
  let(:topic) { create_topic(partitions: 2) }
  let(:often) { %w[statistics.emitted client.events_poll connection.listener.fetch_loop.received] }
  let(:rebalances) { %w[assign assigned revoke revoked].map { |name| "rebalance.partitions_#{name}" } }
  let(:asked) { Hash.new(0) }
  let(:failed) { [] }

  # Asks everything of a client that has read `last`. That it may refuse, in its own words, is an answer too.
  def ask(event, client, last)
    place = [last.topic, last.partition]
    {
      pause: [*place, last.offset, 10], resume: place, mark_as_consumed!: [last], store_marks: [],
      seek: [Karafka::Messages::Seek.new(*place, last.offset)], commit_offsets!: [], committed: [],
      query_watermark_offsets: place, assignment: [], name: [], inspect: [], assignment_lost?: [], wake: [],
      consumer_group_metadata_pointer: []
    }.each do |name, arguments|
      client.public_send(name, *arguments)
    rescue Rdkafka::RdkafkaError, Rdkafka::ClosedConsumerError
      nil
    rescue Exception => e # rubocop:disable Lint/RescueException
      failed << [event, name, e]
    end
  end

  it "get an answer or the client's own error, whatever they ask wherever (H-273)" do
    read = nil
    busy = false
    before_start do
      (often + rebalances).each do |name|
        Karafka.monitor.subscribe(name) do
          next if busy || read.nil? || (often.include?(name) && asked[name] > 3)

          busy = true
          ask(name, *read)
          asked[name] += 1
          busy = false
        end
      end
    end
    peer.produce(topic, [0, 1].map { |partition| { payload: "first", partition: } })
    run = consume(topic, kafka: { "statistics.interval.ms": 300, "heartbeat.interval.ms": 500 }) do
      define_method(:consume) { read = [client, messages.last] }
    end
    run.await("their questions") { often.all? { |name| asked[name].positive? } }
    peer.join("other", spec_group, topic)
    run.await("a loss and a gain") { rebalances.all? { |name| asked[name].positive? } }
    peer.leave("other")
    run.stop

    expect(failed).to be_empty
    expect(run.errors.map { |event| event[:error].class } - [Rdkafka::RdkafkaError]).to be_empty
  end
end
