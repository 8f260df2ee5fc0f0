# frozen_string_literal: true

require_relative "admin_doubles"

RSpec.describe Karafka::Admin::Retrying, :fresh_app do
  include AdminDoubles

  before { Karafka::App.config.internal.connection.proxy.metadata.wait_time = 1 }

  # Runs a call that fails with these codes, then answers.
  def run(*codes, **options)
    tries = 0
    answer = described_class.call(:metadata, **options) do |timeout|
      tries += 1
      raise error(codes[tries - 1]) if codes[tries - 1]

      timeout
    end
    [tries, answer]
  end

  it "gives each try the timeout of its call" do
    Karafka::App.config.internal.connection.proxy.metadata.timeout = 77

    expect(run).to eq([1, 77])
  end

  it "repeats what may succeed when repeated" do
    expect(run(-187, -185).first).to eq(3)
  end

  it "raises the last failure after as many tries as are set" do
    expect { run(-187, -187, -185) }.to raise_error(Rdkafka::RdkafkaError, /timed_out/)
  end

  it "raises other failures at once" do
    expect { run(3, nil) }.to raise_error(Rdkafka::RdkafkaError, /unknown_topic_or_part/)
  end

  it "repeats a call while a partition has no leader only where that is transient" do
    expect { run(5) }.to raise_error(Rdkafka::RdkafkaError)
    expect(run(5, codes: described_class::IN_METADATA).first).to eq(2)
  end
end
