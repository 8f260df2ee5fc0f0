# frozen_string_literal: true

require_relative "admin_helper"

RSpec.describe Karafka::Admin::Acl do
  include AdminExamples

  let(:cluster) { own_kafka(acl: true) }
  let(:acls) { described_class.new(kafka: { "bootstrap.servers": cluster.settings.bootstrap_servers }) }

  def rule(**given)
    described_class.new(
      resource_type: :topic, resource_name: "orders", resource_pattern_type: :literal, principal: "User:ann",
      operation: :read, permission_type: :allow, **given
    )
  end

  def found(filter) = await("the rules") { acls.describe(filter).then { |rules| rules unless rules.empty? } }

  it "creates, finds and deletes rules" do
    expect(acls.all).to eq([])
    expect(acls.create(rule)).to match([have_attributes(resource_name: "orders")])
    acls.create(rule)
    acls.create(rule(operation: :write, permission_type: :deny, host: "10.0.0.1"))
    acls.create(rule(resource_type: :consumer_group, resource_name: "app", resource_pattern_type: :prefixed))

    await("three rules") { acls.all.size == 3 }
    filter = rule(resource_name: nil, principal: nil, host: nil, operation: :any, permission_type: :any)
    expect(found(filter).map(&:operation)).to contain_exactly(:read, :write)
    denied = found(rule(operation: :write, permission_type: :any, host: nil)).first
    expect(denied).to have_attributes(
      resource_type: :topic, resource_pattern_type: :literal, principal: "User:ann", host: "10.0.0.1",
      permission_type: :deny
    )
    expect(acls.delete(rule).size).to eq(1)
    await("the end of the rule") { acls.describe(rule).empty? }
    expect(acls.delete(rule)).to eq([])
  end

  it "refuses to create what only a lookup can be" do
    expect { acls.create(rule(operation: :any)) }.to raise_error(Rdkafka::Config::ConfigError)
    expect { acls.create(rule(resource_name: nil)) }.to raise_error(TypeError)
    expect { acls.create(rule(principal: nil)) }.to raise_error(TypeError)
  end
end
