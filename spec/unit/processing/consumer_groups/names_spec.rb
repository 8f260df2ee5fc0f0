# frozen_string_literal: true

require "yaml"
require_relative "../../orders_topic"

# A consumer is the user's class: it has names of the API, and whatever else is ours is `karafka_`.
RSpec.describe "Names in a consumer", :fresh_app do
  include OrdersTopic

  # Of features that have a chapter of their own.
  let(:features) do
    %i[transaction offset_metadata store_offset_metadata pipe_async pipe_sync pipe_many_async pipe_many_sync
       insights insights? statistics statistics? inline_insights inline_insights? errors_tracker tick on_tick
       on_before_schedule_tick on_after_idle]
  end
  let(:surface) { YAML.load_file(File.expand_path("../../api_surface.yml", __dir__)) }
  let(:routed) { route_orders { inline_insights true } }
  let(:coordinator) { Karafka::Processing::ConsumerGroups::Coordinator.new(routed, 0) }
  let(:told) { [] }

  def consumer(&body)
    selectors = Karafka::App.config.internal.processing.consumer_groups
    Class.new(Karafka::BaseConsumer, &body).new.tap do |made|
      made.singleton_class.include(
        selectors.strategy_selector.find(routed), *selectors.expansions_selector.find(routed)
      )
      made.coordinator = coordinator
      made.client = Object.new
      made.client.define_singleton_method(:pause) { |*place| place }
      made.messages = messages
    end
  end

  def messages
    batch = Karafka::Native::Batch.built("orders", 0, [[10, "x", nil, nil]])
    Karafka::Messages::Builders::Messages.call(batch, routed, 0)
  end

  def run(subject)
    Karafka.monitor.subscribe("error.occurred") { |event| told << event[:type] }
    coordinator.state.begin_batch(10, 10, false)
    subject.on_before_schedule_consume
    subject.on_wrap(:consume) do
      subject.on_before_consume
      subject.on_consume
      subject.on_after_consume
    end
  end

  it "are those of the API" do
    allowed = surface.dig("classes", "Karafka::BaseConsumer",
                          "instance_methods") + surface["consumer_helpers"]
    allowed = allowed.map { |name| name[/[^(]+/].to_sym } + features
    subject = consumer
    ours = subject.singleton_class.ancestors.select { |owner| owner.name.to_s.start_with?("Karafka::") }
    names = ours.flat_map { |owner| owner.instance_methods(false) + owner.private_instance_methods(false) }
    expect(names.uniq.grep_v(/\Akarafka_/) - allowed).to eq([])
  end

  it "are those of the chapter, as far as variables go" do
    subject = consumer { def consume = insights }
    run(subject)
    subject.tags.add(:one, 1)
    variables = subject.instance_variables.grep_v(/\A@karafka_/)
    expect(variables - %i[@id @messages @client @coordinator @producer @used @tags]).to eq([])
  end

  it "may be used by the user for anything else" do
    ours = Karafka::Processing::ConsumerGroups
    owners = [Karafka::BaseConsumer, ours::Lifecycle, ours::Strategy, ours::Transactions,
              Karafka::Processing::Piping]
    taken = owners.flat_map { |owner| owner.private_instance_methods(false) }.grep(/\Akarafka_/)
    subject = consumer do
      taken.each do |name|
        define_method(name.to_s.delete_prefix("karafka_")) { raise "the user's #{name}" }
        private name.to_s.delete_prefix("karafka_")
      end
      def consume = raise("boom")
    end
    %w[outcome payload transacts insights].each do |name|
      subject.instance_variable_set("@#{name}", :succeeded)
    end
    run(subject)
    expect(taken.size).to be > 8
    expect(told).to eq(["consumer.consume.error"])
    expect([coordinator.attempt, coordinator.seek_offset]).to eq([1, 10])
  end

  it "keep a failure a failure whatever the user calls a variable" do
    subject = consumer do
      def consume
        @outcome = :succeeded
        raise "boom"
      end
    end
    run(subject)
    expect([told, coordinator.seek_offset, coordinator.errors_tracker.size])
      .to eq([["consumer.consume.error"], 10, 1])
  end
end
