# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::OffsetMetadata do
  include_context "with empty routes"

  it "is always on, with a cache and text as it is" do
    topic = draw_topic

    expect(topic.offset_metadata?).to be(true)
    expect(topic.offset_metadata).to have_attributes(active?: true, cache?: true)
    expect(topic.offset_metadata.deserializer.call("text")).to eq("text")
    expect(topic.offset_metadata.deserializer.call(nil)).to eq("")
  end

  it "takes the first call as a whole" do
    deserializer = ->(text) { text }
    routes.defaults { offset_metadata(cache: false) }
    topic = draw_topic { [offset_metadata(deserializer:), offset_metadata(cache: false)] }

    expect(topic.to_h[:offset_metadata]).to eq(active: true, cache: true, deserializer:)
    expect(draw_topic("other").offset_metadata).not_to be_cache
  end

  it "refuses other values and unknown options" do
    expect { draw("a") { offset_metadata(cache: 1) } }
      .to refuse("routes.group.a.offset_metadata.cache": /true or false/)
    routes.clear
    expect { draw("a") { offset_metadata(deserializer: :no) } }
      .to refuse("routes.group.a.offset_metadata.deserializer": /answer `call`/)
    routes.clear
    expect { draw("a") { offset_metadata(casche: true) } }.to raise_error(ArgumentError, /topic a: casche/)
  end
end
