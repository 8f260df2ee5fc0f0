# frozen_string_literal: true

require_relative "routes_context"

# Whatever an app writes, a draw ends well or with a contract error, never with an error from deep
# inside.
RSpec.describe "Values of any kind in routes" do
  include_context "with empty routes"

  values = [
    nil, true, false, 0, -1, 1.5, Float::NAN, 10**30, "", "x", "\xFF", "a\0b", :symbol, [], [1], {}, { a: 1 },
    { "a" => 1 }, { nil => 1 }, Object.new, Class, proc {}, /x/, "a" * 10_000
  ]

  def draw_with_any
    yield
  rescue Karafka::Errors::InvalidConfigurationError
    nil
  ensure
    routes.clear
    declaratives.repository.clear
  end

  %i[
    consumer active kafka max_messages max_wait_time batch_linger initial_offset consumer_persistence
    manual_offset_management deserializer eofed inline_insights
  ].each do |option|
    it "are refused or taken by `#{option}`" do
      values.each do |value|
        expect { draw_with_any { draw("events") { public_send(option, value) } } }.not_to raise_error
      end
    end
  end

  {
    config: %i[active partitions replication_factor other],
    pause: %i[timeout max_timeout with_exponential_backoff],
    deserializers: %i[payload key headers], inline_insights: %i[required]
  }.each do |option, keywords|
    it "are refused or taken by `#{option}`" do
      keywords.product(values) do |keyword, value|
        expect do
          draw_with_any do
            draw("events") do
              public_send(option, keyword => value)
            end
          end
        end.not_to raise_error
      end
    end
  end

  %i[bootstrap.servers group.id group.protocol group.instance.id fetch.min.bytes nonsense].each do |property|
    it "are refused or taken as `#{property}`" do
      values.each do |value|
        expect do
          draw_with_any do
            draw("events") do
              kafka(inherit: true, property => value)
            end
          end
        end.not_to raise_error
      end
    end
  end

  it "are refused or taken as names" do
    klass = consumer
    values.each do |value|
      expect { draw_with_any { draw(value) } }.not_to raise_error
      expect { draw_with_any { draw("events", group: value) } }.not_to raise_error
      expect do
        draw_with_any do
          routes.draw do
            subscription_group(value) do
              topic("a") do
                consumer(klass)
              end
            end
          end
        end
      end
        .not_to raise_error
    end
  end
end
