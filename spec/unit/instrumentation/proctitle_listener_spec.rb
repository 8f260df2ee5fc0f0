# frozen_string_literal: true

RSpec.describe Karafka::Instrumentation::ProctitleListener, :fresh_app do
  it "shows client and state at each state" do
    titles = []
    allow(Process).to receive(:setproctitle) { |title| titles << title }
    Karafka::App.config.client_id = "mine"
    Karafka.monitor.subscribe(described_class.new)
    Karafka::App.initialized!
    Karafka::App.run!
    Karafka::App.terminate!

    expect(titles).to eq(%w[initialized running terminated].map { |state| "karafka mine (#{state})" })
  end
end
