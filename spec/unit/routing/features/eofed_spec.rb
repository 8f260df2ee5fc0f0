# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::Eofed do
  include_context "with empty routes"

  it "is off by default and when written without a value" do
    expect(draw_topic("a").eofed.active?).to be(false)
    expect(draw_topic("b") { eofed }.eofed?).to be(false)
  end

  it "is on with ends of partitions reported; the first call wins" do
    config.kafka = config.kafka.merge("enable.partition.eof": true)

    expect(draw_topic("a") { [eofed(true), eofed(false)] }.eofed?).to be(true)
    expect(draw_topic("b") { [eofed(false), eofed(true)] }.to_h[:eofed]).to eq(active: false)
  end

  [{}, { "enable.partition.eof": false }, { "enable.partition.eof": "false" },
   { "enable.partition.eof": nil }].each do |settings|
    it "is refused with kafka settings #{settings}" do
      config.kafka = config.kafka.merge(settings)

      expect { draw("events") { eofed true } }
        .to refuse("routes.group.events.eofed.kafka": /enable\.partition\.eof/)
    end
  end

  [1, "true", nil].each do |value|
    it "refuses #{value.inspect}" do
      expect { draw("events") { eofed value } }.to refuse("routes.group.events.eofed.active": /true or false/)
    end
  end
end
