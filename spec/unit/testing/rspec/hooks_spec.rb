# frozen_string_literal: true

require_relative "../../spec_helper"
require_relative "../child_suite"

RSpec.describe "A user's RSpec suite" do
  include ChildSuite

  def expect_passed(count, suite, **boot)
    output, passed = run_rspec(suite, **boot)
    expect(passed).to be(true), output
    expect(output).to include("#{count} example#{"s" if count > 1}, 0 failures")
  end

  it "runs without a socket, a native client or a thread" do
    expect_passed(2, <<~'RUBY')
      require "karafka/testing/rspec/helpers"
      RSpec.configure { |config| config.include Karafka::Testing::RSpec::Helpers }
      RSpec.describe OrdersConsumer do
        subject(:consumer) { karafka.consumer_for(:orders) }

        2.times do
          it "consumes" do
            karafka.produce("x", key: "k")
            consumer.consume
            expect(karafka.produced_messages.last[:topic]).to eq("totals")
          end
        end

        after(:context) do
          open_files = Dir["/proc/self/fd/*"].map { |file| File.readlink(file) rescue nil }
          raise open_files.inspect if open_files.compact.any?(/\Asocket/)
          raise Thread.list.inspect if Thread.list.size > 1
          names = Dir["/proc/self/task/*/comm"].map { |file| File.read(file).strip }
          raise names.inspect if names.any?(/rdk/)
        end
      end
    RUBY
  end

  it "sends nothing between examples, either, and gives the producer back after each" do
    expect_passed(2, <<~RUBY)
      require "karafka/testing/rspec/helpers"
      RSpec.describe OrdersConsumer do
        include Karafka::Testing::RSpec::Helpers

        before(:context) { Karafka.producer.produce_sync(topic: "orders", payload: "early") }
        2.times { it("starts afresh") { expect(karafka.produced_messages).to eq([]) } }
        after(:context) do
          raise "kept" unless Karafka.producer.client.instance_of?(WaterDrop::Clients::Dummy)
        end
      end
    RUBY
  end

  it "has the helpers in groups, in nested ones, and where metadata ask for them" do
    expect_passed(4, <<~RUBY)
      require "karafka/testing/rspec/helpers"
      RSpec.configure { |config| config.include Karafka::Testing::RSpec::Helpers, :kafka }
      RSpec.describe "groups", :kafka do
        before { @first = karafka.produced_messages.size }
        let(:consumer) { karafka.consumer_for(:orders) }

        it("has them") { karafka.produce("x") and expect([@first, consumer.messages.size]).to eq([0, 1]) }
        context("nested") { it("has them") { karafka.produce("x") and expect(consumer.messages.size).to eq(1) } }
      end
      RSpec.describe "others" do
        it("has none") { expect { karafka }.to raise_error(NameError) }
        it("has them where an example asks", :kafka) { expect(karafka.produce("x", topic: "a").offset).to eq(0) }
      end
    RUBY
  end

  it "may require the helpers before RSpec itself" do
    output, passed = run_suite(<<~RUBY, RbConfig.ruby)
      require "karafka/testing/rspec/helpers"
      require "rspec/autorun"
      RSpec.describe OrdersConsumer do
        include Karafka::Testing::RSpec::Helpers
        it("has them") { expect(karafka.produce("x", topic: "a").offset).to eq(0) }
      end
    RUBY
    expect(passed).to be(true), output
  end

  it "stubs with Mocha where the suite chose it" do
    expect_passed(2, <<~RUBY)
      require "karafka/testing/rspec/helpers"
      RSpec.configure { |config| config.mock_with :mocha }
      RSpec.describe OrdersConsumer do
        include Karafka::Testing::RSpec::Helpers

        2.times do
          it "delivers" do
            raise "not Mocha" unless Mocha::Mockery.instance.stubba.stubba_methods.any?

            consumer = karafka.consumer_for(:orders)
            karafka.produce("x")
            expect([consumer.messages.size, karafka.produced_messages.size]).to eq([1, 1])
          end
        end
        after(:context) { raise "kept" unless Karafka.producer.client.instance_of?(WaterDrop::Clients::Dummy) }
      end
    RUBY
  end

  it "stubs with rspec-mocks where Mocha is merely installed, or has shown its version" do
    expect_passed(1, <<~RUBY)
      require "mocha/version"
      require "karafka/testing/rspec/helpers"
      RSpec.describe OrdersConsumer do
        include Karafka::Testing::RSpec::Helpers

        it "delivers" do
          consumer = karafka.consumer_for(:orders)
          karafka.produce("x")
          expect(consumer.messages.size).to eq(1)
          expect(Karafka.producer).to have_received(:client).at_least(:once)
          expect(Mocha.constants).not_to include(:API)
        end
      end
    RUBY
  end

  it "works in a process that was forked after its first group" do
    expect_passed(1, <<~RUBY)
      require "karafka/testing/rspec/helpers"
      RSpec.describe OrdersConsumer do
        include Karafka::Testing::RSpec::Helpers

        before(:context) do
          Karafka.producer.produce_sync(topic: "orders", payload: "parent")
          @status = Process.wait2(fork do
            Karafka::Testing::ProducerStub.idle(Karafka.producer)
            exit!(Karafka.producer.produce_sync(topic: "orders", payload: "child").offset)
          end).last
        end
        it("dispatched in both") { expect(@status.exitstatus).to eq(0) }
      end
    RUBY
  end

  it "says that the app is not set up" do
    output, passed = run_rspec(<<~RUBY, boot: "require 'karafka'\n")
      require "karafka/testing/rspec/helpers"
      RSpec.describe("x") { include Karafka::Testing::RSpec::Helpers; it("runs") { 1 } }
    RUBY
    expect([passed, output]).to match([false, /KarafkaNotInitializedError.*Karafka::App.setup/m])
  end

  it "says that the framework is not loaded" do
    output, passed = run_rspec(<<~RUBY, boot: "")
      require "karafka/testing/rspec/helpers"
      RSpec.describe("x") { include Karafka::Testing::RSpec::Helpers; it("runs") { 1 } }
    RUBY
    expect([passed, output]).to match([false, /KarafkaNotLoadedError.*require "karafka"/m])
  end
end
