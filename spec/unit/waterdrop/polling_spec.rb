# frozen_string_literal: true

require_relative "../spec_helper"
require "waterdrop"

RSpec.describe WaterDrop::Polling do
  after { described_class.instance_variable_set(:@config, @before) }

  before { @before = described_class.config.deep_dup }

  it "has its defaults" do
    expect(described_class.config.to_h)
      .to eq(thread_priority: 0, poll_timeout: 1_000, backoff_min: 100, backoff_max: 30_000)
  end

  it "takes what the process wants" do
    expect(described_class.setup { |config| config.thread_priority = -1 }).to be_nil
    expect(described_class.config.thread_priority).to eq(-1)
  end

  [{ thread_priority: 4 }, { thread_priority: 1.0 }, { poll_timeout: 0 }, { backoff_min: nil },
   { backoff_max: 99 }].each do |settings|
    it "refuses #{settings} and stays as it was" do
      before = described_class.config.to_h
      name, value = settings.first
      expect { described_class.setup { |config| config.public_send(:"#{name}=", value) } }
        .to raise_error(WaterDrop::Errors::ConfigurationInvalidError, /#{name}/)
      expect(described_class.config.to_h).to eq(before)
    end
  end
end
