# frozen_string_literal: true

RSpec.describe Karafka::Connection::Events, :fresh_app do
  subject(:events) { described_class.new(:client, group) }

  let(:group) { double(id: "app_1_0", consumer_group: double(id: "app")) }
  let(:published) { [] }
  let(:ids) { { subscription_group_id: "app_1_0", consumer_group_id: "app", group_id: "app" } }

  before { Karafka.monitor.subscribe("error.occurred") { |event| published << event } }

  # What the native client has to say, in this order.
  def serve(*said)
    connection = double
    allow(connection).to receive(:event) { said.shift }
    events.serve(connection)
  end

  def listen(&block)
    Karafka.monitor.subscribe("statistics.emitted", &(block || ->(event) { published << event }))
  end

  describe "a token request" do
    let(:answers) { [] }

    def ask
      connection = double
      said = [[:token_refresh, "config"]]
      allow(connection).to receive(:event) { said.shift }
      %i[set_token set_token_failure].each do |answer|
        allow(connection).to receive(answer) { |*given| answers << [answer, *given] }
      end
      events.serve(connection)
    end

    def on_request(&block) = Karafka.monitor.subscribe("oauthbearer.token_refresh", &block)

    it "is answered with the token that a listener gives, and with nothing else" do
      on_request do |event|
        event[:bearer].oauthbearer_set_token(token: "t", lifetime_ms: 5, principal_name: "me")
      end
      ask
      expect(answers).to eq([[:set_token, "t", 5, "me", nil]])
    end

    it "is answered with a failure when no listener answers, so that librdkafka asks again" do
      on_request { nil }
      ask
      expect(answers).to eq([[:set_token_failure, "no listener gave a token"]])
    end

    it "is answered with a failure when the listener raises, and that is told" do
      on_request { raise "no token today" }
      ask
      expect(answers.map(&:first)).to eq([:set_token_failure])
      expect(published.map { |event| event[:type] }).to eq(["callbacks.oauthbearer_token_refresh.error"])
    end
  end

  it "publishes statistics with the ids of the connection and without a caller" do
    listen
    serve([:statistics, '{"rxmsgs":5}'])
    expect(published.first.payload).to eq(
      statistics: { "rxmsgs" => 5, "rxmsgs_d" => 0, "rxmsgs_fd" => 0 }, **ids
    )
  end

  it "keeps fields and integers that nobody knows" do
    listen
    serve([:statistics, '{"new":{"deep":[1,{"x":null}]},"big":9223372036854775807,"offset":-1001}'])
    expect(published.first[:statistics])
      .to include("new" => { "deep" => [1, { "x" => nil }] }, "big" => 9_223_372_036_854_775_807,
                  "offset" => -1001)
  end

  it "publishes a burst one by one, each compared with the one before" do
    listen
    serve([:statistics, '{"rxmsgs":5}'], [:statistics, '{"rxmsgs":9}'])
    expect(published.map { |event| event[:statistics]["rxmsgs_d"] }).to eq([0, 4])
  end

  it "compares nothing with a client that is gone" do
    listen
    serve([:statistics, '{"rxmsgs":5}'])
    events.connected
    serve([:statistics, '{"rxmsgs":1}'])
    expect(published.last[:statistics]["rxmsgs_d"]).to eq(0)
  end

  it "does not even parse statistics without a listener" do
    expect(JSON).not_to receive(:parse)
    serve([:statistics, "{}"])
  end

  it "contains what a subscriber raises, and serves what follows" do
    listen { raise ArgumentError, "mine" }
    serve([:statistics, "{}"], [:statistics, "{}"])
    expect(published.map { |event| [event[:type], event[:error].message] })
      .to eq([["callbacks.statistics.error", "mine"]] * 2)
    expect(published.first.payload).to include(ids)
  end

  it "ends although more is told faster than a subscriber takes it" do
    now = 0
    allow(events).to receive(:monotonic_now) { now }
    listen do |event|
      published << event
      now += 400
    end
    serve(*Array.new(9) { [:statistics, "{}"] })
    expect(published.size).to eq(3)
  end

  it "publishes errors of the client" do
    error = Rdkafka::RdkafkaError.new(-195)
    serve([:error, error])
    expect(published.first.payload).to include(type: "librdkafka.error", error:, caller: :client, **ids)
  end

  it "logs what librdkafka logs, at Ruby's levels" do
    serve([:log, 3, "FAIL", "broker down"], [:log, 6, "INIT", "hello"], [:log, 7, "MSG", "detail"])
    expect(app_log.scan(/(ERROR|INFO|DEBUG) -- : rdkafka: \[(\w+)\]/))
      .to eq([%w[ERROR FAIL], %w[INFO INIT], %w[DEBUG MSG]])
  end
end
