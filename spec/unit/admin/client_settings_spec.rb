# frozen_string_literal: true

require_relative "admin_doubles"

RSpec.describe Karafka::Admin::ClientSettings, :fresh_app do
  include AdminDoubles

  def reader(custom = {}, settings = {}) = described_class.reader(custom, settings)

  before do
    Karafka::App.config.kafka = {
      "bootstrap.servers": "app:9092", "enable.auto.commit": true, "session.timeout.ms": 1, acks: "all",
      "group.instance.id": "static"
    }
  end

  it "reads without a trace, whatever the app's own consumers do" do
    expect(reader).to include(
      "enable.auto.commit": false, "enable.auto.offset.store": false, "allow.auto.create.topics": false,
      "enable.partition.eof": true, "statistics.interval.ms": 0, "group.id": "karafka_admin"
    )
  end

  it "lets the more special settings win: app, admin, call, instance" do
    Karafka::App.config.admin.kafka = { "session.timeout.ms": 2, "fetch.min.bytes": 2 }

    expect(reader({ "fetch.min.bytes": 4 }, { "fetch.min.bytes": 3, "group.id": "own" })).to include(
      "bootstrap.servers": "app:9092", "session.timeout.ms": 2, "fetch.min.bytes": 4, "group.id": "own"
    )
    expect(reader({ "bootstrap.servers": "other:9092" })[:"bootstrap.servers"]).to eq("other:9092")
  end

  it "never takes the place of a static member of the app, unless it is told to" do
    expect(reader).not_to have_key(:"group.instance.id")
    expect(reader({}, { "group.instance.id": "mine" })[:"group.instance.id"]).to eq("mine")
  end

  it "drops what is for producers" do
    expect(reader).not_to have_key(:acks)
  end

  it "keeps admin clients out of any group" do
    expect(described_class.admin({}).keys & %i[group.id group.instance.id acks]).to be_empty
  end

  it "changes none of the configured hashes" do
    frozen = { "bootstrap.servers": "app:9092" }.freeze
    Karafka::App.config.kafka = frozen

    expect { reader({ a: 1 }.freeze, { b: 1 }.freeze) }.not_to raise_error
    expect(frozen).to eq("bootstrap.servers": "app:9092")
  end
end
