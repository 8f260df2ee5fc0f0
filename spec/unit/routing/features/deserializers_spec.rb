# frozen_string_literal: true

require_relative "../routes_context"

RSpec.describe Karafka::Routing::Features::Deserializers do
  include_context "with empty routes"

  let(:reverse) { ->(message) { message.raw_payload.reverse } }

  it "has the framework's by default" do
    deserializers = draw_topic.deserializers

    expect(deserializers.payload).to be_a(Karafka::Deserializers::Payload)
    expect(deserializers.key).to be_a(Karafka::Deserializers::Key)
    expect(deserializers.headers).to be_a(Karafka::Deserializers::Headers)
    expect([deserializers.active, deserializers.active?]).to eq([true, true])
  end

  it "takes classes, instances and lambdas" do
    lambda = reverse
    stub_const("Upcase", Class.new { def self.call(_) = 1 })
    instance = Class.new { def call(_) = 2 }.new
    topic = draw_topic { deserializers(payload: lambda, key: Upcase, headers: instance) }

    expect(topic.deserializers.to_a).to eq([true, lambda, Upcase, instance])
    expect(topic).to be_deserializers
  end

  it "falls back to the framework's for missing parts, not to those of the defaults" do
    lambda = reverse
    routes.defaults { deserializers(key: lambda) }
    topic = draw_topic { deserializers(payload: lambda) }

    expect(topic.deserializers.key).to be_a(Karafka::Deserializers::Key)
    expect(topic.deserializers.payload).to be(lambda)
  end

  it "takes the first call, also as `deserializer`" do
    lambda = reverse
    topic = draw_topic { [deserializer(lambda), deserializers(key: lambda)] }

    expect([topic.deserializers.payload,
            topic.deserializers.key]).to match([be(lambda), be_a(Karafka::Deserializers::Key)])
  end

  it "locks nothing in by reading before it is set" do
    lambda = reverse
    topic = draw_topic { [deserializers, deserializer(lambda)] }

    expect(topic.deserializers.payload).to be(lambda)
  end

  it "refuses unknown parts" do
    expect { draw("events") { deserializers(value: proc {}) } }.to raise_error(ArgumentError, /events.*value/)
  end

  %i[payload key headers].each do |part|
    [nil, false, Object.new, Class.new].each do |value|
      it "refuses #{value.class} #{value.inspect[0, 8]} as #{part}" do
        expect { draw("events") { deserializers(part => value) } }
          .to refuse("routes.group.events.deserializers.#{part}": /call/)
      end
    end
  end
end
