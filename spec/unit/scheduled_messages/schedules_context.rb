# frozen_string_literal: true

require_relative "../routing/routes_context"

# Records of a topic `later`, as a consumer reads them.
RSpec.shared_context "with schedules" do
  # A moment in the middle of a UTC day, and its end.
  let(:noon) { 1_700_049_600 }
  let(:midnight) { noon + 43_200 }

  # @return [Karafka::Messages::Message]
  def message(offset, key: "k", payload: "p", headers: {}, topic: "later", partition: 2)
    metadata = Karafka::Messages::Metadata.new(
      topic:, partition:, offset:, raw_key: key, raw_headers: headers, timestamp: Time.at(0),
      deserializers: Karafka::Routing::Features::Deserializers::STANDARD
    )
    Karafka::Messages::Message.new(payload, metadata)
  end

  def headers_of(epoch, **given)
    { "schedule_schema_version" => "1.0.0", "schedule_target_epoch" => epoch.to_s,
      "schedule_source_type" => "schedule", "schedule_target_topic" => "target",
      **given.transform_keys { |name| "schedule_#{name}" } }.compact
  end

  def schedule(offset, epoch = noon, key: "k", payload: "p#{offset}", **headers)
    record(offset, key:, payload:, headers: headers_of(epoch, **headers))
  end

  # @param of [Integer, nil] offset of what was dispatched; nil for a cancellation
  def tombstone(offset, key: "k", of: nil)
    record(offset, key:, payload: nil, headers: { "schedule_source_offset" => of&.to_s }.compact)
  end

  def record(offset, **given)
    Karafka::ScheduledMessages::Record.new(message(offset, **given))
  end
end
