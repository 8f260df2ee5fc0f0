# frozen_string_literal: true

require_relative "../../spec_helper"
require_relative "../child_suite"

RSpec.describe "A user's Minitest suite" do
  include ChildSuite

  # What each flavour runs; `@found` is what its own setup saw.
  let(:head) do
    <<~RUBY
      require "minitest/autorun"
      require "karafka/testing/minitest/helpers"
      module Checks
        def check_delivery
          raise "no @karafka in setup" unless @found

          consumer = @karafka.consumer_for(:orders)
          raise "not @consumer" unless @consumer.equal?(consumer)

          [@karafka.produce("1"), @karafka.produce("2", offset: 42), @karafka.produce("3")]
          consumer.consume
          assert_equal [0, 42, 2], consumer.messages.map(&:offset)
          assert_equal %w[1 2 3 3], @karafka.produced_messages.map { |message| message[:payload] }
          assert_equal 3, @karafka.consumer_messages.size
        end
      end
      Minitest.after_run { raise "kept" if Karafka.producer.singleton_methods(false).include?(:client) }
    RUBY
  end

  def expect_passed(count, suite)
    output, passed = run_minitest(head + suite)
    expect(passed).to be(true), output
    expect(output).to match(/\b#{count} runs, .* 0 failures, 0 errors/)
  end

  it "runs plain test cases, whose own setup may forget super" do
    expect_passed(2, <<~RUBY)
      class OrdersTest < Minitest::Test
        include Karafka::Testing::Minitest::Helpers
        include Checks
        def setup = @found = @karafka
        def test_first = check_delivery
        def test_second = check_delivery
      end
    RUBY
  end

  it "finds its producers open where Minitest came before the app, and leaves them closed" do
    output, passed = run_minitest(<<~RUBY, boot: "require 'minitest/autorun'\n#{ChildSuite::BOOT}")
      require "karafka/testing/minitest/helpers"
      Karafka.producer.monitor.subscribe("producer.closed") { puts "closed" }
      class OrdersTest < Minitest::Test
        include Karafka::Testing::Minitest::Helpers
        def test_it = assert(@karafka.produce("1", topic: "orders"))
      end
    RUBY
    expect([passed, output]).to match([true, /1 runs, 1 assertions, 0 failures, 0 errors.*^closed$/m])
  end

  it "closes producers at exit where Minitest does not come to run" do
    output, passed = run_minitest(<<~RUBY, boot: "require 'minitest/autorun'\n#{ChildSuite::BOOT}")
      Karafka.producer.monitor.subscribe("producer.closed") { puts "closed" }
      raise "broken suite"
    RUBY
    expect([passed, output]).to match([false, /closed.*broken suite|broken suite.*closed/m])
  end

  it "runs test cases of a suite that includes the helpers once for all" do
    expect_passed(1, <<~RUBY)
      class Minitest::Test
        include Karafka::Testing::Minitest::Helpers
        include Checks
      end
      class OrdersTest < Minitest::Test
        def setup = @found = @karafka
        def test_it = check_delivery
      end
    RUBY
  end

  it "runs specs, before their own before blocks, in nested ones, too" do
    expect_passed(2, <<~RUBY)
      require "minitest/spec"
      describe OrdersConsumer do
        include Karafka::Testing::Minitest::Helpers
        include Checks
        before { @found = @karafka }
        it("delivers") { check_delivery }
        describe("nested") do
          before { @found &&= @karafka.produced_messages.empty? }
          it("delivers") { check_delivery }
        end
      end
    RUBY
  end

  it "runs ActiveSupport's test cases, before their own setup blocks" do
    expect_passed(2, <<~RUBY)
      require "active_support"
      require "active_support/test_case"
      class OrdersTest < ActiveSupport::TestCase
        include Karafka::Testing::Minitest::Helpers
        include Checks
        setup { @found = @karafka }
        test("delivers") { check_delivery }
        test("delivers again") { check_delivery }
      end
    RUBY
  end

  it "stubs with Mocha where the suite chose it" do
    expect_passed(2, <<~RUBY)
      require "mocha/minitest"
      class OrdersTest < Minitest::Test
        include Karafka::Testing::Minitest::Helpers
        include Checks
        def setup
          @found = Mocha::Mockery.instance.stubba.stubba_methods.any?
        end
        def test_first = check_delivery
        def test_second = check_delivery
      end
    RUBY
  end

  it "delivers to the consumer built last, and to the one of a group that is named" do
    expect_passed(1, <<~RUBY)
      Karafka::App.routes.draw { consumer_group(:audit) { topic(:orders) { consumer OrdersConsumer } } }
      class OrdersTest < Minitest::Test
        include Karafka::Testing::Minitest::Helpers
        def test_it
          assert_raises(WaterDrop::Errors::MessageInvalidError) { @karafka.produce("x") }
          main = @karafka.consumer_for(:orders, "app")
          audit = @karafka.consumer_for(:orders, :audit)
          @karafka.produce("1")
          assert_equal [nil, 1], [main.messages, audit.messages.size]
          @karafka.produce_to(main, "2")
          assert_equal ["2"], [main.messages.last.raw_payload]
          assert_raises(Karafka::Testing::Errors::TopicInManyConsumerGroupsError) { @karafka.consumer_for(:orders) }
        end
      end
    RUBY
  end

  it "says that the app is not set up" do
    output, passed = run_minitest(<<~RUBY, boot: "require 'karafka'\n")
      #{head}
      class OrdersTest < Minitest::Test
        include Karafka::Testing::Minitest::Helpers
        def test_it = nil
      end
    RUBY
    expect([passed, output]).to match([false, /KarafkaNotInitializedError/])
  end
end
