# frozen_string_literal: true

require_relative "../spec_helper"
require "waterdrop"

RSpec.describe WaterDrop::ConnectionPool do
  let(:indexes) { [] }
  let(:pool) do
    described_class.new(size: 2, timeout: 20) do |config, index|
      indexes << index
      config.client_class = WaterDrop::Clients::Buffered
      config.kafka = { "transactional.id": "tx-#{index}" }
    end
  end
  let(:seen) { [] }

  before do
    %w[created setup shutdown reload reloaded].each do |name|
      WaterDrop.monitor.subscribe("connection_pool.#{name}") { |event| seen << event.id.split(".").last }
    end
  end

  after do
    described_class.default_pool = nil
    WaterDrop.monitor.notifications_bus.clear
  end

  it "builds producers when they are borrowed, nested calls get the same one" do
    expect([pool.stats, indexes]).to eq([{ size: 2, available: 2 }, []])
    pool.with { |outer| pool.with { |inner| expect(inner).to be(outer) } }
    expect([indexes, seen]).to eq([[1], ["created"]])
    expect(pool.transaction(&:transaction?)).to be(true)
  end

  it "refuses borrowers when time is over" do
    held = Queue.new
    threads = Array.new(2) { Thread.new { pool.with { held << 1 and sleep } } }
    2.times { held.pop }
    expect { pool.with { nil } }.to raise_error(ConnectionPool::TimeoutError)
  ensure
    threads.each(&:kill).each(&:join)
  end

  it "closes what it lent, and goes on with new indexes after a reload" do
    first = pool.with(&:itself)
    first.client
    expect([pool.reload, first.status.to_sym]).to eq([nil, :closed])
    pool.with { |producer| expect(producer.config.kafka[:"transactional.id"]).to eq("tx-2") }
    2.times { expect(pool.shutdown).to be_nil }
    expect(seen).to eq(%w[created reloaded shutdown shutdown])
    expect { pool.with { nil } }.to raise_error(ConnectionPool::PoolShuttingDownError)
  end

  it "raises what is wrong with settings at the borrowing" do
    broken = described_class.new { |config| config.id = "" }
    expect { broken.with { nil } }.to raise_error(WaterDrop::Errors::ConfigurationInvalidError)
  end

  it "names the gem that it needs where that is missing" do
    script = <<~RUBY
      require "waterdrop"
      module Kernel
        alias given require
        def require(name) = name == "connection_pool" ? raise(LoadError, "cannot load it") : given(name)
      end
      begin
        WaterDrop::ConnectionPool
      rescue LoadError => e
        puts e.message
      end
    RUBY
    said = IO.popen([RbConfig.ruby, "-I", File.expand_path("../../../lib", __dir__), "-e", script], &:read)
    expect(said).to include("needs the gem connection_pool")
  end

  describe "the process's pool" do
    it "answers quietly without one, but lends nothing" do
      expect([described_class.stats, described_class.shutdown, described_class.reload,
              described_class.active?, WaterDrop.pool]).to eq([nil, nil, nil, false, nil])
      [-> { WaterDrop.with { nil } }, -> { WaterDrop.transaction { nil } }].each do |use|
        expect(&use).to raise_error(RuntimeError, /setup/)
      end
    end

    it "lends, reloads and ends with its events" do
      made = described_class.setup(size: 1) { |config| config.deliver = false }
      expect([made, WaterDrop.pool]).to all(be(described_class.default_pool))
      WaterDrop.with { |producer| producer.produce_sync(topic: "a", payload: "1") }
      described_class.reload
      described_class.shutdown
      expect([seen, described_class.active?])
        .to eq([%w[created setup reloaded reload shutdown], false])
    end
  end
end
