# frozen_string_literal: true

require_relative "schedules_context"

RSpec.describe Karafka::ScheduledMessages::Record do
  include_context "with schedules"

  def headers_without(name) = headers_of(noon).except("schedule_#{name}")

  it "reads a schedule, of other clients too, from the four headers that it needs" do
    record = schedule(7)
    expect([record.schedule?, record.tombstone?, record.epoch,
            record.problem]).to eq([true, false, noon, nil])
    expect(record.detach.target).to eq(
      topic: "target", payload: "p7",
      headers: { **headers_of(noon), "schedule_source_topic" => "later", "schedule_source_partition" => "2",
                                     "schedule_source_offset" => "7", "schedule_source_key" => "k" }
    )
  end

  it "takes key, partition and partition key of the target from the headers, and keeps the user's own" do
    places = { target_key: "user", target_partition: "3", target_partition_key: "place" }
    target = record(0, headers: { **headers_of(noon, **places), "own" => %w[a b] }).detach.target
    expect(target).to include(key: "user", partition: 3, partition_key: "place")
    expect(target[:headers]).to include("own" => %w[a b])
  end

  it "keeps bytes as they are" do
    expect(record(0, payload: "\xFF\x00".b,
                     headers: headers_of(noon)).detach.target[:payload]).to eq("\xFF\x00".b)
  end

  it "takes what has no payload for a tombstone, whatever stands beside it" do
    [{}, headers_of(noon)].each do |headers|
      record = record(0, payload: nil, headers:)
      expect([record.tombstone?, record.schedule?, record.problem]).to eq([true, false, nil])
    end
    expect(record(0, payload: nil, key: nil).tombstone?).to be(false)
  end

  %w[schema_version target_epoch source_type target_topic].each do |name|
    it "takes what lacks #{name} for no schedule" do
      expect(record(0, headers: headers_without(name)).schedule?).to be(false)
    end
  end

  it "says what is wrong with what looks like a schedule, and nothing of other records" do
    expect(record(0, headers: headers_without("target_topic")).problem).to eq("lacks schedule_target_topic")
    expect(record(0, headers: { **headers_of(noon), "schedule_target_topic" => %w[a b] }).problem)
      .to eq("lacks schedule_target_topic")
    expect(record(0, key: nil, headers: headers_of(noon)).problem).to eq("has no key")
    expect(record(0, headers: headers_of("soon")).problem).to eq("has no epoch in seconds")
    expect(record(0).problem).to be_nil
  end

  it "refuses a newer schema, tombstones included, compared as versions" do
    ["99.0.0", "1.10.0", "1.0.1"].each do |version|
      headers = { **headers_of(noon), "schedule_schema_version" => version }
      [{ headers: }, { headers:, payload: nil }].each do |given|
        expect { record(5, **given) }.to raise_error(
          Karafka::ScheduledMessages::Errors::IncompatibleSchemaError, %r{later/2.*#{version}.*offset 5}
        )
      end
    end
  end

  it "reads older schemas" do
    expect(record(0,
                  headers: { **headers_of(noon), "schedule_schema_version" => "0.9" }).schedule?).to be(true)
  end
end
