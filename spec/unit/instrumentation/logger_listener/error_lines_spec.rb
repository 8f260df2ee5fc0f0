# frozen_string_literal: true

RSpec.describe Karafka::Instrumentation::LoggerListener::ErrorLines, :fresh_app do
  let(:lines) { [] }
  let(:listener) { Karafka::Instrumentation::LoggerListener.new }
  let(:error) { ArgumentError.new("no good").tap { |one| one.set_backtrace(%w[a.rb:1 b.rb:2]) } }
  let(:group) { double(id: "g_s_0", name: "s", group_id: "g") }
  let(:consumer) do
    double(messages: double(metadata: double(first_offset: 5, last_offset: 9)), coordinator: Object.new,
           topic: double(name: "events", subscription_group: group), partition: 3)
  end

  before do
    recorded = lines
    Karafka.logger.formatter = lambda do |level, _time, _name, text|
      recorded << [level.downcase.to_sym, text]
      nil
    end
  end

  def report(type, **payload)
    payload = { type:, error:, caller: nil, **payload }
    listener.on_error_occurred(Karafka::Core::Monitoring::Event.new("error.occurred", payload))
    lines
  end

  # Type => [level, lead-in]
  {
    "consumer.consume.error" => [:error, "Consumer consuming error:"],
    "consumer.initialized.error" => [:error, "Consumer initialized error:"],
    "consumer.wrap.error" => [:error, "Consumer wrap failed due to an error:"],
    "consumer.idle.error" => [:error, "Consumer idle failed due to an error:"],
    "consumer.revoked.error" => [:error, "Consumer on revoked failed due to an error:"],
    "consumer.shutdown.error" => [:error, "Consumer on shutdown failed due to an error:"],
    "consumer.tick.error" => [:error, "Consumer on tick failed due to an error:"],
    "consumer.eofed.error" => [:error, "Consumer on eofed failed due to an error:"],
    "consumer.after_consume.error" => [:error, "Consumer on after_consume failed due to an error:"],
    "worker.process.error" => [:fatal, "Worker processing failed due to an error:"],
    "connection.listener.fetch_loop.error" => [:error, "Listener fetch loop error:"],
    "connection.client.poll.error" => [:error, "Data polling error occurred:"],
    "librdkafka.error" => [:error, "librdkafka internal error occurred:"],
    "callbacks.statistics.error" => [:error, "callbacks.statistics processing failed due to an error:"],
    "callbacks.error.error" => [:error, "callbacks.error processing failed due to an error:"],
    "runner.call.error" => [:fatal, "Runner crashed due to an error:"],
    "swarm.supervisor.error" => [:fatal, "Swarm supervisor crashed due to an error:"],
    "app.forceful_stopping.error" => [:error, "Forceful shutdown error occurred:"]
  }.each do |type, (level, lead)|
    it "leads in #{type}, then shows the stack at the same level" do
      expect(report(type)).to eq([[level, "#{lead} no good"], [level, "a.rb:1\nb.rb:2"]])
    end
  end

  it "shows any other type, invented ones too, with the class (H-193)" do
    report("callbacks.oauthbearer_token_refresh.error")
    report("virtual_partitions.partitioner.error")
    report("mine")

    expect(lines.each_slice(2).map { |slice| slice.first.last }).to eq(
      ["callbacks.oauthbearer_token_refresh.error error occurred: ArgumentError - no good",
       "virtual_partitions.partitioner.error error occurred: ArgumentError - no good",
       "mine error occurred: ArgumentError - no good"]
    )
  end

  it "warns without a stack when lags could not be refreshed" do
    Karafka.logger.level = Logger::WARN

    expect(report("lag_compensation.refresher.error"))
      .to eq([[:warn, "lag_compensation.refresher.error error occurred: ArgumentError - no good"]])
  end

  it "has an empty second entry for an error without a stack" do
    error.set_backtrace(nil)

    expect(report("mine").last).to eq([:error, ""])
  end

  it "says where in the topic a consumer failed" do
    expect(report("consumer.consume.error", caller: consumer).first.last).to eq(
      "Consumer consuming error: no good [consumer_group: g, subscription_group: g_s_0, topic: events, " \
      "partition: 3, first_offset: 5, last_offset: 9]"
    )
  end

  it "says which connection failed, and nothing about others" do
    report("connection.client.poll.error", caller: double(subscription_group: group))
    report("mine", caller: Object.new)

    expect(lines.map(&:last).values_at(0, 2)).to eq(
      ["Data polling error occurred: no good [consumer_group: g, subscription_group: g_s_0]",
       "mine error occurred: ArgumentError - no good"]
    )
  end

  it "takes a consumer without a batch, of an unrouted topic" do
    allow(consumer).to receive(:messages).and_return(nil)
    allow(consumer.topic).to receive(:subscription_group).and_return(nil)

    expect(report("consumer.consume.error", caller: consumer).first.last).to eq(
      "Consumer consuming error: no good [consumer_group: , subscription_group: , topic: events, " \
      "partition: 3, first_offset: , last_offset: ]"
    )
  end

  it "takes a consumer that was never built" do
    expect(report("consumer.initialized.error", caller: double(messages: nil, coordinator: nil)).first.last)
      .to eq("Consumer initialized error: no good")
  end

  it "needs type, error and caller" do
    %i[type error caller].each do |key|
      payload = { type: "x", error:, caller: nil }.except(key)
      event = Karafka::Core::Monitoring::Event.new("error.occurred", payload)
      expect { listener.on_error_occurred(event) }.to raise_error(KeyError)
    end
  end

  it "lists what was active at a forceful stop, without a stack" do
    executor = double(topic: double(name: "events"), partition: 3)
    job = stub_const("Jobs::Consume", Struct.new(:executor)).new(executor)
    report("app.stopping.error",
           active_listeners: [double(id: "l1", subscription_group: group)],
           alive_workers: [1, 2], in_processing: { "g_s_0" => [job] })

    expect(lines).to eq(
      [[:error, "Forceful Karafka server stop with: 2 active workers and 1 active listeners"],
       [:error, "Listener l1 of s is still active"],
       [:error, "Consume job on events/3 of g_s_0 is still running"]]
    )
  end
end
