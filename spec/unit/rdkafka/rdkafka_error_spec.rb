# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Rdkafka::RdkafkaError do
  it "knows its code as a lower-case Symbol without underscore, local and remote" do
    codes = { -184 => :queue_full, -192 => :msg_timed_out, -152 => :purge_queue, -151 => :purge_inflight,
              -190 => :unknown_partition, 3 => :unknown_topic_or_part, 10 => :msg_size_too_large,
              -144 => :fenced, 47 => :invalid_producer_epoch, 90 => :producer_fenced, -172 => :state,
              -149 => :inconsistent, 45 => :out_of_order_sequence_number, 0 => :no_error, -1 => :unknown }
    expect(codes.keys.map { |code| described_class.new(code).code }).to eq(codes.values)
  end

  it "says prefix, description, code, instance and the broker's text" do
    error = described_class.new(-184, "sending", broker_message: "later", instance_name: "a#producer-1")
    expect(error.message).to eq("sending - Local: Queue full (queue_full) [a#producer-1]\nlater")
  end

  it "leaves out what is absent" do
    expect(described_class.new(-184).message).to eq("Local: Queue full (queue_full)")
  end

  it "is equal by text" do
    expect(described_class.new(-184)).to eq(described_class.new(-184))
    expect(described_class.new(-184)).not_to eq(described_class.new(-184, "sending"))
  end

  it "refuses codes that are no Integer" do
    expect { described_class.new(:queue_full) }.to raise_error(TypeError, /queue_full/)
  end

  it "keeps the flags and details it was given" do
    error = described_class.new(1, fatal: true, retryable: true, abortable: true, details: { topic: "a" })
    flags = [error.fatal?, error.retryable?, error.abortable?, error.details]
    expect(flags).to eq([true, true, true, { topic: "a" }])
  end

  it "validates codes" do
    expect(described_class.validate!(0)).to be(false)
    expect { described_class.validate!(-184) }.to raise_error(described_class, /queue_full/)
  end

  it "has the documented family" do
    [Rdkafka::ClosedProducerError, Rdkafka::ClosedConsumerError, Rdkafka::ClosedAdminError,
     Rdkafka::ClosedInnerError, Rdkafka::LibraryLoadError, described_class].each do |child|
      expect(child.superclass).to be(Rdkafka::BaseError)
    end
    expect(Rdkafka::BaseError.superclass).to be(RuntimeError)
    expect(Rdkafka::RdkafkaTopicPartitionListError.superclass).to be(described_class)
  end
end
