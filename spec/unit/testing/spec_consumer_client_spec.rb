# frozen_string_literal: true

require_relative "../spec_helper"
require "karafka/testing/spec_consumer_client"

RSpec.describe Karafka::Testing::SpecConsumerClient do
  subject(:client) { described_class.new }

  it "lets everything succeed, whatever it is given" do
    %i[mark_as_consumed mark_as_consumed! commit_offsets commit_offsets! seek pause resume
       consumer_group_metadata_pointer].each do |name|
      expect([client.public_send(name), client.public_send(name, 1, 2, async: true)]).to eq([true, true])
    end
  end

  it "never loses its assignment" do
    expect(client.assignment_lost?).to be(false)
  end
end
