# frozen_string_literal: true

require "tempfile"

RSpec.describe Karafka::Setup::AttributesMap do
  let(:settings) do
    { "bootstrap.servers": "x", "compression.codec": "gzip", "max.poll.interval.ms": 1, acks: 1,
      "security.protocol": "ssl", "no.such": 1, "group.id" => "String keys are for nobody" }
  end

  it "gives consumers what is theirs or common" do
    expect(described_class.consumer(settings).keys)
      .to eq(%i[bootstrap.servers max.poll.interval.ms security.protocol])
  end

  it "gives producers what is theirs or common" do
    expect(described_class.producer(settings).keys)
      .to eq(%i[bootstrap.servers compression.codec acks security.protocol])
  end

  it "changes nothing, and takes frozen hashes" do
    expect(described_class.consumer(settings.freeze)).not_to be_frozen
  end

  it "knows properties under both of their names" do
    aliases = { "metadata.broker.list": "x", "request.required.acks": 1, "compression.type": "lz4" }

    expect(described_class.producer(aliases)).to eq(aliases)
  end

  it "is generated from librdkafka's table" do
    table = Tempfile.create("CONFIGURATION") do |file|
      file.write(<<~MARKDOWN)
        Property                | C/P | Range | Default | Importance | Description
        ------------------------|-----|-------|--------:|------------|------------
        client.id               |  *  |       | rdkafka | low        | Client | identifier
        group.id                |  C  |       |         | high       | Group
        acks                    |  P  | -1    |         | high       | Alias
        client.id               |  *  |       | again   | low        | In the other table
        ### C/P legend: C = Consumer, P = Producer, * = both
      MARKDOWN
      file.close
      described_class.generate(file.path)
    end

    expect(table).to eq(consumer: %i[client.id group.id], producer: %i[acks client.id])
  end

  it "is what the built librdkafka has" do
    generator = described_class::Generator.new

    expect(described_class.generate.values.map(&:size)).to all(be > 100)
    expect(generator.source).to eq(File.read(described_class::Generator::TARGET))
  end

  it "says what to do where nothing was built" do
    allow(Karafka).to receive(:gem_root).and_return(Pathname.new("/nowhere"))

    expect { described_class.generate }.to raise_error(ArgumentError, /build first/)
  end
end
