# frozen_string_literal: true

require_relative "admin_doubles"

RSpec.describe Karafka::Admin, :fresh_app do
  include AdminDoubles

  let(:settings) { { "bootstrap.servers": "127.0.0.1:1" } }

  before { Karafka::App.config.kafka = settings }

  it "lends an external reader as it is, and neither closes nor subscribes it" do
    reader = Object.new
    lent = described_class.new(external_client: reader)

    expect(lent.with_consumer("group.id": "ignored") { |given| given }).to equal(reader)
  end

  it "serves admin calls by an external admin client, and leaves it open" do
    described_class::Client.open(settings) do |client|
      lent = described_class.new(external_client: client)

      expect(lent.with_admin { |given| given }).to equal(client)
      expect(client).not_to be_closed
      lent.with_consumer { |given| expect(given).to be_a(described_class::Reader) }
    end
  end

  it "opens an admin client beside an external reader" do
    lent = described_class.new(external_client: Object.new)

    lent.with_admin { |given| expect(given).to be_a(described_class::Client) }
  end

  it "closes its own clients, also when the block raises or breaks" do
    kept = []
    [
      -> { described_class.with_consumer { |one| kept << one } },
      -> { described_class.with_consumer { |one| kept << one and raise "no" } },
      -> { described_class.with_admin { |one| break kept << one } }
    ].each do |use|
      use.call
    rescue RuntimeError
      nil
    end

    expect(kept.size).to eq(3)
    expect(kept).to all(be_closed)
  end

  it "raises for calls on a client that was kept beyond its block" do
    expect do
      described_class.with_consumer do |one|
        one
      end.poll(0)
    end.to raise_error(Rdkafka::ClosedConsumerError)
    client = described_class.with_admin { |one| one }
    expect { client.delete_topic("t") }.to raise_error(Rdkafka::ClosedAdminError)
  end

  it "returns nil from close, which has nothing to close" do
    expect(described_class.new.close).to be_nil
  end

  it "refuses an inherited client in a forked child, which ends without touching it" do
    described_class::Client.open(settings) do |client|
      reader, writer = IO.pipe
      child = fork do
        writer.puts(begin
          client.metadata
        rescue Karafka::Native::ForkedHandleError => e
          e.class.name
        end)
        writer.close
        GC.start
        exit!(0)
      end
      writer.close

      expect(reader.read.chomp).to eq("Karafka::Native::ForkedHandleError")
      expect(Process.wait2(child).last.exitstatus).to eq(0)
    end
  end
end
