# frozen_string_literal: true

# The app of the helpers' own specs, for a whole example group, as a user's boot file sets it up. Nothing
# listens where it would connect to. A group's `kafka:` metadata are settings of the client.
module HelpersApp
  # Marks what it consumed, and dispatches how much.
  class OrdersConsumer < Karafka::BaseConsumer
    def consume
      messages.each { |message| mark_as_consumed(message) }
      produce_async(topic: "totals", payload: messages.size.to_s)
    end

    def initialized
      raise "nobody called this in the original"
    end
  end

  # Another class, as a group may have its own.
  class AuditConsumer < Karafka::BaseConsumer
    def consume; end
  end

  # Collects, and hands on when it ticks.
  class ClicksConsumer < Karafka::BaseConsumer
    def consume = (@clicks ||= []).concat(messages.raw_payloads)

    def tick
      produce_async(topic: "totals", payload: @clicks.join(","))
      mark_as_consumed(messages.last)
    end
  end

  class << self
    def boot(kafka)
      FreshApp.send(:install, FreshApp::PRISTINE.deep_dup)
      Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9", **kafka } }
      Karafka::App.routes.draw(&ROUTES)
    end

    def included(group)
      outer = nil
      group.before(:context) do
        outer = Karafka::Setup::Config.config
        HelpersApp.boot(group.metadata.fetch(:kafka, {}))
      end
      group.after(:context) { FreshApp.send(:install, outer) }
    end
  end

  ROUTES = proc do
    consumer_group(:shop) do
      topic(:orders) { consumer OrdersConsumer }
      topic(:shared) { consumer OrdersConsumer }
      topic(:insightful) do
        consumer AuditConsumer
        inline_insights true
      end
      topic(:fanned) do
        consumer OrdersConsumer
        manual_offset_management true
        virtual_partitions partitioner: ->(message) { message.raw_key }
        long_running_job true
        dead_letter_queue topic: "failed", max_retries: 1
      end
      topic(:filtered) do
        consumer OrdersConsumer
        filter(->(*) { raise "the helpers make no filters" })
        delay_by 60_000
        expire_in 1
        throttle limit: 1
      end
      topic(:clicks) do
        consumer ClicksConsumer
        manual_offset_management true
        periodic interval: 1
      end
      subscription_group(:second) { topic(:payments) { consumer AuditConsumer } }
      topic(:retired) do
        consumer OrdersConsumer
        active false
      end
    end
    consumer_group(:audit) { topic(:shared) { consumer AuditConsumer } }
    consumer_group(:cards) do
      topic(:typed) do
        consumer AuditConsumer
        deserializers payload: ->(message) { "p:#{message.raw_payload}" },
                      key: ->(metadata) { "k:#{metadata.raw_key}" },
                      headers: ->(metadata) { metadata.raw_headers.keys }
      end
    end
  end
  private_constant :ROUTES
end
