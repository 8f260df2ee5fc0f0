# frozen_string_literal: true

RSpec.describe Karafka::Connection::Status, :fresh_app do
  let(:told) { [] }
  let(:status) { described_class.new }

  before do
    states = Karafka.monitor.notifications_bus.available_events.grep(/\Aconnection.listener.[a-z]+\z/)
    states.each do |event_id|
      Karafka.monitor.subscribe(event_id) { |event| told << [event_id[/\w+\z/].to_sym, event[:caller]] }
    end
  end

  it "starts pending, and says so once" do
    expect(status).to be_pending
    expect(status).not_to be_active
    expect(told).to eq([[:pending, status]])
  end

  it "walks through its states, each told" do
    %i[start! running! quiet! quieted! stop! stopped!].each { |transition| status.public_send(transition) }

    expect(told.map(&:first)).to eq(%i[pending starting running quieting quiet stopping stopped])
    expect(status).to be_stopped
    expect(status).not_to be_active
  end

  it "never goes backwards and tells nothing twice" do
    status.start!
    status.stop!
    %i[running! quiet! quieted! stop! start!].each { |transition| status.public_send(transition) }

    expect(status).to be_stopping
    expect(told.map(&:first)).to eq(%i[pending starting stopping])
  end

  it "is active from its start to its end" do
    active = %i[start! running! quiet! quieted! stop! stopped!].map do |transition|
      status.public_send(transition)
      status.active?
    end
    expect(active).to eq(([true] * 5) + [false])
  end

  it "begins a new life only after the end" do
    status.start!
    status.pending!
    expect(status).to be_starting
    status.stopped!
    status.pending!
    expect(status.to_sym).to eq(:pending)
    expect(told.map(&:first).count(:pending)).to eq(1)
  end

  it "lets a subscriber ask for another state" do
    Karafka.monitor.subscribe("connection.listener.starting") { status.running! }
    status.start!
    expect(status).to be_running
  end
end
