# frozen_string_literal: true

require_relative "../fakes"

RSpec.describe Karafka::Instrumentation::Vendors::Appsignal::Client do
  subject(:client) { described_class.new }

  let(:gem) { VendorFakes::Client.new }
  let(:transaction) { VendorFakes::Client.new }
  let(:current) { [nil] }

  before do
    gem_calls = gem
    stub_const("Appsignal", Module.new do
                              define_singleton_method(:method_missing) do |*args|
                                gem_calls.calls << args
                              end
                            end)
    allow(Appsignal).to receive(:respond_to_missing?).and_return(true)
    running = current
    created = transaction
    stub_const("Appsignal::Transaction", Class.new do
      const_set(:BACKGROUND_JOB, "background_job")
      define_singleton_method(:current?) { !running.first.nil? }
      define_singleton_method(:current) { running.first }
      define_singleton_method(:complete_current!) { running[0] = nil }
      define_singleton_method(:create) do |namespace|
        running[0] = created.tap do
          created.calls << [:create, namespace]
        end
      end
    end)
  end

  it "sends metrics with tags as text" do
    client.count("a", 1, { partition: 3 })
    client.gauge("b", 2, {})
    expect(gem.calls).to eq([[:increment_counter, "a", 1, { "partition" => "3" }], [:set_gauge, "b", 2, {}]])
  end

  it "runs a transaction among the background jobs" do
    client.start_transaction("Orders#consume")
    client.metadata = { attempt: 1 }
    expect(transaction.calls)
      .to eq([[:create, "background_job"], [:set_action_if_nil, "Orders#consume"],
              [:set_metadata, "attempt", "1"]])
    client.stop_transaction
    expect(current.first).to be_nil
  end

  it "marks nothing without a transaction" do
    expect { client.metadata = { attempt: 1 } }.not_to raise_error
  end

  it "reports errors within the transaction, else on their own" do
    error = StandardError.new
    client.report_error(error)
    client.start_transaction("x")
    client.report_error(error)
    expect(gem.calls).to eq([[:send_error, error], [:set_error, error]])
  end
end
