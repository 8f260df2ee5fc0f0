# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::ManualOffsetManagement do
  include_context "with empty routes"

  it "is off by default and when written without a value" do
    expect(draw_topic("a").manual_offset_management.active?).to be(false)
    expect(draw_topic("b") { manual_offset_management }.manual_offset_management?).to be(false)
  end

  it "takes the first value" do
    expect(draw_topic("a") { [manual_offset_management(true), manual_offset_management(false)] }.to_h)
      .to include(manual_offset_management: { active: true })
    expect(draw_topic("b") { [manual_offset_management(false), manual_offset_management(true)] })
      .not_to be_manual_offset_management
  end

  it "leaves room for a default after a mere reading" do
    routes.defaults { manual_offset_management true }

    expect(draw_topic { manual_offset_management.active? }.manual_offset_management?).to be(true)
  end

  [1, "true", nil].each do |value|
    it "refuses #{value.inspect}" do
      expect { draw("events") { manual_offset_management value } }
        .to refuse("routes.group.events.manual_offset_management.active": /true or false/)
    end
  end
end
