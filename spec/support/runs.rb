# frozen_string_literal: true

module Specs
  # What specs of a server in their own process can say. Needs `:fresh_app`.
  module Runs
    # Starts a server whose one topic is read by a consumer with the given body.
    #
    # @param topic [String]
    # @param group [String]
    # @param kafka [Hash{Symbol => Object}] on top of the broker's address
    # @param config [Hash{Symbol => Object}] settings by name; a Hash value goes a level deeper
    # @param routing [Proc, nil] evaluated within the topic's route
    # @param body [Proc] of the consumer class
    # @return [Run] started
    def consume(topic, group: spec_group, kafka: {}, config: {}, routing: nil, &body)
      klass = Class.new(Karafka::BaseConsumer, &body)
      serve(group:, kafka:, config:) do
        topic(topic) do
          consumer klass
          instance_exec(&routing) if routing
        end
      end
    end

    # Starts a server with routes of the caller's.
    #
    # @return [Run] started
    def serve(group: spec_group, kafka: {}, config: {}, &routes)
      serve_groups(kafka:, config:) { consumer_group(group, &routes) }
    end

    # Starts a server with consumer groups of the caller's.
    #
    # @return [Run] started
    def serve_groups(kafka: {}, config: {}, &routes)
      configure(kafka, config)
      Karafka::App.routes.clear
      Karafka::App.routes.draw(&routes)
      run = Run.new
      cleanups << -> { run.abandon }
      yield_to(run)
      run.start
    end

    # The consumer group of this example.
    def spec_group = @spec_group ||= unique("group")

    # Called with each run before it starts.
    def before_start(&block)
      @before_start = block
    end

    # @return [Array<Integer>] offsets of a batch
    def offsets_of(messages) = messages.map(&:offset)

    private

    # A server may run again in a process: the state goes back, the producer is new.
    def configure(kafka, config)
      Karafka::App.config.internal.status.reset!
      Karafka::App.config.producer = nil
      address = self.kafka
      Karafka::App.setup do |settings|
        settings.kafka = { "bootstrap.servers": address,
                           "topic.metadata.refresh.interval.ms": 5_000 }.merge(kafka)
        settings.max_wait_time = 200
        settings.shutdown_timeout = 20_000
        assign(settings, config)
      end
    end

    def assign(settings, values)
      values.each do |name, value|
        deeper = value.is_a?(Hash) && name != :kafka
        deeper ? assign(settings.public_send(name), value) : settings.public_send(:"#{name}=", value)
      end
    end

    def yield_to(run)
      @before_start&.call(run)
    end
  end
end
