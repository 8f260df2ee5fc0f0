# frozen_string_literal: true

require_relative "../spec_helper"

# Examples that draw get empty routes, declarations and filters, and a root configuration they may
# change; both are put back.
RSpec.shared_context "with empty routes" do
  let(:config) { Karafka::App.config }
  let(:routes) { Karafka::App.routes }
  let(:declaratives) { Karafka::App.declaratives }
  let(:activity_manager) { config.internal.routing.activity_manager }
  let(:consumer) { stub_const("EventsConsumer", Class.new) }

  around do |example|
    settings = %i[
      kafka client_id group_id max_messages max_wait_time batch_linger initial_offset consumer_persistence
      strict_topics_namespacing strict_declarative_topics strict_dead_letter_patterns
    ]
    before = settings.to_h { |name| [name, Karafka::App.config.public_send(name)] }
    node = Karafka::App.config.swarm.node
    forget_routes
    Karafka::App.config.kafka = { "bootstrap.servers": "127.0.0.1:9092" }
    example.run
  ensure
    before.each { |name, value| Karafka::App.config.public_send(:"#{name}=", value) }
    Karafka::App.config.swarm.node = node
    forget_routes
  end

  def forget_routes
    Karafka::App.routes.clear
    Karafka::App.declaratives.repository.clear
    Karafka::App.declaratives.defaults { nil }
    Karafka::App.config.internal.routing.activity_manager.clear
  end

  # Draws topics `names` in `group`, each with the options of the block.
  def draw(*names, group: "group", &options)
    klass = consumer
    routes.draw do
      consumer_group(group) do
        names.each do |name|
          topic(name) do
            consumer(klass)
            instance_exec(&options) if options
          end
        end
      end
    end
  end

  # Draws one topic and returns it.
  def draw_topic(name = "events", group: "group", &options)
    draw(name, group:, &options)
    routes.find { |drawn| drawn.name == group.to_s }.topics.find(name.to_s)
  end

  # The error's message is the String form of a Hash of path => text; `errors` are all its paths,
  # each with a pattern of its text.
  def refuse(errors)
    raise_error(Karafka::Errors::InvalidConfigurationError) do |error|
      found = error.message.scan(/(?<=\A\{|, ):("(?:[^"\\]|\\.)+"|\w+)=>("(?:[^"\\]|\\.)*")/)
      found = found.to_h { |path, text| [(path.start_with?('"') ? path.undump : path).to_sym, text.undump] }
      expect(found.keys).to eq(errors.keys)
      errors.each { |path, text| expect(found[path]).to match(text) }
    end
  end
end
