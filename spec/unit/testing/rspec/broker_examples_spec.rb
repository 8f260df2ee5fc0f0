# frozen_string_literal: true

require_relative "../../spec_helper"
require_relative "../child_suite"

# Each example runs a suite of a user in a process of its own, on the embedded broker.
RSpec.describe "A user's examples with `karafka_broker`" do
  include ChildSuite

  def suite(body, metadata: "karafka_broker: true")
    run_rspec(<<~RUBY)
      require "karafka/testing/rspec/helpers"
      Karafka::App.config.max_wait_time = 100
      Karafka::App.config.logger.level = Logger::FATAL
      RSpec.configure { |config| config.include Karafka::Testing::RSpec::Helpers }
      SEEN = Queue.new

      class TotalsConsumer < Karafka::BaseConsumer
        def consume
          messages.each do |message|
            raise KeyError, "no total in \#{message.offset}" if message.raw_payload == "bad"

            SEEN << message.raw_payload
            mark_as_consumed(message)
          end
        end
      end
      Karafka::App.routes.redraw do
        topic(:orders) { consumer OrdersConsumer }
        topic(:totals) { consumer TotalsConsumer; config(partitions: 2) }
      end

      RSpec.describe "the app", #{metadata} do
        #{body}
      end
    RUBY
  end

  def expect_passed(count, ...)
    output, passed = suite(...)
    expect(passed).to be(true), output
    expect(output).to include("#{count} example#{"s" if count > 1}, 0 failures")
  end

  it "consume and produce for real, each on a broker of its own" do
    expect_passed(4, <<~'RUBY')
      2.times do
        it "goes from topic to topic" do
          Karafka.producer.produce_many_sync(%w[a b].map { |payload| { topic: "orders", payload: } })
          total = karafka_run_until { SEEN.pop unless SEEN.empty? }
          expect(%w[1 2]).to include(total)
        end
      end

      it "may run again within an example, going on where it was" do
        %w[one two].each do |payload|
          Karafka.producer.produce_sync(topic: "totals", payload:, partition: 1)
          SEEN.clear
          karafka_run_until { !SEEN.empty? }
        end
        expect([SEEN.pop, SEEN.empty?]).to eq(["two", true])
      end

      it "is as before elsewhere", karafka_broker: false do
        expect(karafka.produce("x", topic: "orders").offset).to eq(0)
        expect(Karafka::App.config.kafka[:"bootstrap.servers"]).to eq("127.0.0.1:9")
        expect(Karafka::App.routes.flat_map { |group| group.topics.map(&:kafka) }.uniq)
          .to eq([Karafka::App.config.kafka])
        expect(Karafka::App.initialized?).to be(true)
      end
    RUBY
  end

  it "fail with offsets, lanes and errors" do
    output, passed = suite(<<~RUBY)
      it "waits" do
        %w[fine bad].each { |payload| Karafka.producer.produce_sync(topic: "totals", payload:, partition: 0) }
        karafka_run_until(within: 4) { SEEN.size > 1 }
      end
    RUBY

    expect(passed).to be(false)
    expect(output).to include("NotReachedError", "the block was not true within 4 s")
    expect(output).to match(%r{Offsets:\n\s+group app, orders/0: .*totals/0: committed 1, 1 behind the end}m)
    expect(output).to match(%r{Lanes:\n.*totals/0: next offset 1, attempt \d})
    expect(output).to match(%r{Errors:\n\s+consumer\.consume\.error at totals/0, \d times: KeyError: no tot})
  end

  it "tell when the app itself ends, and raise what the block raises" do
    output, = suite(<<~RUBY)
      it "crashes" do
        crash = ->(_) { raise IOError, "no room" }
        Karafka.monitor.subscribe("app.running", &crash)
        karafka_run_until { false }
      ensure
        Karafka.monitor.unsubscribe(crash)
      end

      it("asks badly") { karafka_run_until { raise ArgumentError, "asked badly" } }
    RUBY

    expect(output).to include("the app ended before the block was true", "IOError: no room", "asked badly")
    expect(output).to include("2 examples, 2 failures")
  end

  it "choose partitions of topics that nobody declared" do
    expect_passed(1, <<~RUBY, metadata: "karafka_broker: { partitions: 3 }")
      it("has a broker") { expect([karafka_broker.partitions, karafka_broker.running?]).to eq([3, true]) }
    RUBY
  end
end
