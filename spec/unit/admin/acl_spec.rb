# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe Karafka::Admin::Acl do
  let(:attributes) do
    {
      resource_type: :topic, resource_name: "orders", resource_pattern_type: :literal, principal: "User:ann",
      operation: :idempotent_write, permission_type: :deny
    }
  end

  it "is frozen and reads what it was given, all hosts by default" do
    rule = described_class.new(**attributes)

    expect(rule).to be_frozen
    expect(rule).to have_attributes(host: "*", **attributes)
  end

  it "knows the numbers of the protocol in both directions" do
    native = described_class.new(**attributes).to_native_hash

    expect(native).to eq(
      resource_type: 2, resource_name: "orders", resource_pattern_type: 3, principal: "User:ann", host: "*",
      operation: 12, permission_type: 2
    )
    expect(described_class.new(**native)).to have_attributes(attributes)
  end

  it "refuses what Kafka does not know, nil included" do
    %i[resource_type resource_pattern_type operation permission_type].each do |attribute|
      [nil, :nope, 99].each do |value|
        expect { described_class.new(**attributes, attribute => value) }
          .to raise_error(Karafka::Errors::UnsupportedCaseError, /#{attribute}/)
      end
    end
  end

  it "is an instance for operations without a resource type" do
    operations = described_class.new(kafka: { "bootstrap.servers": "other:9092" })

    expect(operations).not_to be_frozen
    expect(operations).to have_attributes(resource_type: nil, operation: nil, host: nil)
    expect(operations).to be_a(Karafka::Admin)
  end
end
