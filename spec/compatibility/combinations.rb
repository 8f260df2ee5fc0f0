# frozen_string_literal: true

require_relative "../integration/spec_helper"
require "active_job/karafka"
require_relative "table"
require_relative "scenario"
require_relative "consumers"
require_relative "encrypted"

ActiveJob::Base.logger = Logger.new(nil)

module Compatibility
  # Takes a combination of features through its {Scenario} on the real broker.
  module Combinations
    include Encrypted

    QUICK = { "session.timeout.ms": 6_000, "heartbeat.interval.ms": 200,
              "auto.commit.interval.ms": 200 }.freeze
    CONFIG = { pause: { timeout: 20, max_timeout: 40 }, max_messages: 20 }.freeze
    # What is looked at besides, where a feature is.
    LOOKS = { reversed: :deserialized, poison: :dead_letters, transaction: :copies, metadata: :metadata,
              encryption: :sealed }.freeze
    # What is called besides `consume`, where a feature is, and who counts it.
    HOOKS = { eof: :ends, ticking: :ticks }.freeze

    def go_through(features)
      scenario = scenario_of(features)
      produce(scenario, Scenario::FIRST)
      run = start(scenario)
      run.await("the first messages") { covered?(scenario, Scenario::FIRST) }
      rebalance(run, scenario)
      produce(scenario, Scenario::SECOND)
      run.await("all messages") { covered?(scenario, scenario.expected) }
      run.await("the last commit") { peer.committed(spec_group, scenario.topic)[0] == 13 }
      HOOKS.each do |does, calls|
        run.await(calls) { scenario.public_send(calls).positive? } if scenario.has?(does)
      end
      run.stop
      look(scenario, run)
    end

    private

    def scenario_of(features)
      names = features.map(&:name)
      scenario = Scenario.new(
        features,
        topic: create_topic,
        dead_letters: names.include?(:dead_letter_queue) ? create_topic : nil,
        copies: names.include?(:transactions) ? create_topic : nil
      )
      encrypt if scenario.has?(:encryption)
      configure(QUICK, CONFIG)
      scenario.producer = transactional_producer if scenario.has?(:transaction)
      job_of(scenario) if scenario.has?(:jobs)
      scenario
    end

    def transactional_producer
      address = kafka
      id = unique("tx")
      made = WaterDrop::Producer.new do |config|
        config.kafka = { "bootstrap.servers": address, "transactional.id": id }
        config.middleware.last = Karafka::Encryption.middleware if Karafka::Encryption.active?
      end
      cleanups << -> { made.close! }
      made
    end

    def job_of(scenario)
      stub_const("NumberJob", Class.new(ActiveJob::Base)).define_method(:perform) do |number|
        scenario.work(number)
      end
    end

    def start(scenario)
      features = FEATURES.select { |feature| scenario.has?(feature.name) }
      describe = proc do
        consumer Consumers.of(scenario)
        features.each { |feature| instance_exec(scenario, &feature.routing) if feature.routing }
      end
      name = scenario.has?(:patterns) ? /\A#{scenario.topic}\z/ : scenario.topic
      method = scenario.has?(:patterns) ? :pattern : :topic
      method = :"active_job_#{method}" if scenario.has?(:jobs)
      serve(kafka: QUICK, config: CONFIG) { public_send(method, name, &describe) }
    end

    def produce(scenario, numbers)
      messages = numbers.map do |number|
        { payload: scenario.payload(number), key: (number % 4).to_s, headers: { "number" => number.to_s } }
      end
      return produce_sealed(scenario.topic, messages) if scenario.has?(:encryption)

      peer.produce(scenario.topic, messages)
    end

    def covered?(scenario, numbers)
      ((numbers.to_a & scenario.expected) - scenario.done).empty?
    end

    # Another member comes and goes: everything is taken away and given back.
    def rebalance(run, scenario)
      assigned = run.events("rebalance.partitions_assigned").size
      peer.join("other", spec_group, scenario.topic)
      run.await("the loss") { run.events("rebalance.partitions_revoked").any? }
      peer.leave("other")
      run.await("the return") do
        run.events("rebalance.partitions_assigned").drop(assigned).any? do |event|
          event[:tpl].to_h.any?
        end
      end
    end

    def look(scenario, run)
      expect(scenario.done.uniq).to match_array(scenario.expected)
      expect(peer.committed(spec_group, scenario.topic)).to eq({ 0 => 13 })
      in_order(scenario)
      attempts_counted(run)
      LOOKS.each { |name, look| __send__(look, scenario) if scenario.has?(name) }
    end

    # Messages of a key in the order of the log; what a rebalance or an error repeated may come again.
    def in_order(scenario)
      scenario.done.group_by { |number| number % 4 }.each_value do |numbers|
        expect(numbers.uniq).to eq(numbers.uniq.sort)
      end
    end

    # One attempt a run, whatever its lanes: the first failure is told with attempt 1.
    def attempts_counted(run)
      expect(run.events("consumer.consuming.retry").first[:attempt]).to eq(1)
    end

    def deserialized(scenario)
      expect(scenario.seen.uniq).to match_array((0..3).map { |key| ["key #{key}", {}] })
    end

    def dead_letters(scenario)
      letters = peer.read(scenario.dead_letters, count: 1)
      expect(letters.first.headers.to_h)
        .to include("source_offset" => Scenario::POISON.to_s, "number" => Scenario::POISON.to_s)
      payloads = scenario.has?(:encryption) ? opened(scenario.dead_letters) : letters.map(&:payload)
      expect(payloads.map { |payload| scenario.number_of(payload) }).to eq([Scenario::POISON])
    end

    # Marks in lanes follow their transaction, so that what comes between them repeats a copy.
    def copies(scenario)
      payloads = scenario.has?(:encryption) ? opened(scenario.copies) : all_copies(scenario)
      found = payloads.map { |payload| scenario.number_of(payload) }
      return expect(found.uniq).to match_array(scenario.expected) if scenario.has?(:virtual_partitions)

      expect(found).to eq(scenario.expected)
    end

    def all_copies(scenario)
      peer.produce(scenario.copies, ["end"])
      count = scenario.expected.size
      found = []
      await("the end of the copies") do
        found = peer.read(scenario.copies, count: count += 1).map(&:payload)
        found.include?("end")
      end
      found - ["end"]
    end

    # The newest text that any lane reported goes with the offset, so another lane's mark may have brought
    # it. Not read by the peer: it takes texts to end with a zero, which librdkafka's do not.
    def metadata(scenario)
      wanted = scenario.has?(:virtual_partitions) ? /\Aat \d+\z/ : /\Aat 12\z/
      reader = Karafka::Native::Connection.new("bootstrap.servers" => kafka, "group.id" => spec_group)
      cleanups << -> { reader.close(0) }
      expect(reader.committed([[scenario.topic, 0]], 10_000).first[3]).to match(wanted)
    end

    # What lies on the broker, and what Admin makes of it.
    def sealed(scenario)
      wanted = [*Scenario::FIRST, *Scenario::SECOND]
      expect(opened(scenario.topic).map { |payload| scenario.number_of(payload) }).to eq(wanted)
    end
  end
end

RSpec.configure { |config| config.include Compatibility::Combinations, :combinations }
