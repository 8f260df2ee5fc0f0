# frozen_string_literal: true

require_relative "../../spec_helper"

RSpec.describe Karafka::Admin::Configs::Config do
  it "reads what the engine answers, synonyms too" do
    synonym = ["log.retention.ms", "7", false, false, false, true, []]
    config = described_class.from_rd_kafka(["retention.ms", "5", true, false, false, false, [synonym]])

    expect(config).to have_attributes(
      name: "retention.ms", value: "5", default?: true, read_only?: false, sensitive?: false, synonym?: false,
      to_native_hash: { name: "retention.ms", value: "5" }
    )
    expect(config.synonyms).to match([have_attributes(name: "log.retention.ms", synonym?: true,
                                                      default?: false)])
  end

  it "has no value where the broker keeps it secret" do
    expect(described_class.from_rd_kafka(["password", nil, false, false, true, false, []]))
      .to have_attributes(value: nil, sensitive?: true)
  end
end
