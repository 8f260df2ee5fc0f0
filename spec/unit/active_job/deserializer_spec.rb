# frozen_string_literal: true

require_relative "jobs_context"

RSpec.describe Karafka::ActiveJob::Deserializer, :fresh_app do
  subject(:deserializer) { described_class.new }

  include_context "with jobs"

  def message(payload)
    refusing = Struct.new(:payload).new(->(_message) { raise "never asked" })
    metadata = Karafka::Messages::Metadata.new(offset: 1, topic: "mail", partition: 0,
                                               deserializers: refusing)
    Karafka::Messages::Message.new(payload, metadata)
  end

  it "gives back what it wrote, from the bytes that Kafka delivers" do
    job = job_class.new(1, "ü <&>", nil, { a: [true, 2.5] }, Time.at(0, 5, :nsec))
    bytes = deserializer.serialize(job).b
    back = deserializer.deserialize(message(bytes))

    expect(back.except("enqueued_at")).to eq(JSON.parse(job.serialize.except("enqueued_at").to_json))
    expect(ActiveJob::Base.deserialize(back).tap do |one|
             one.send(:deserialize_arguments_if_needed)
           end.arguments)
      .to eq(job.arguments)
  end

  ["", "{", "job", nil].each do |payload|
    it "raises for #{payload.inspect}" do
      expect { deserializer.deserialize(message(payload)) }
        .to(raise_error { |error| expect([JSON::ParserError, TypeError]).to include(error.class) })
    end
  end
end
