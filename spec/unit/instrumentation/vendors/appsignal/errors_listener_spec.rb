# frozen_string_literal: true

require "karafka/instrumentation/vendors/appsignal/errors_listener"
require_relative "../fakes"

RSpec.describe Karafka::Instrumentation::Vendors::Appsignal::ErrorsListener do
  include VendorFakes

  it "reports every error" do
    client = VendorFakes::Client.new
    error = StandardError.new
    described_class.new { |config| config.client = client }.on_error_occurred(event("x", { error: }))
    expect(client.calls).to eq([[:report_error, error]])
  end

  it "talks to the AppSignal gem unless told" do
    expect(described_class.new.client).to be_a(Karafka::Instrumentation::Vendors::Appsignal::Client)
  end
end
