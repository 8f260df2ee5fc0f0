# frozen_string_literal: true

require "karafka/instrumentation/vendors/datadog/logger_listener"
require_relative "../fakes"

RSpec.describe Karafka::Instrumentation::Vendors::Datadog::LoggerListener, :fresh_app do
  include VendorFakes

  subject(:listener) do
    described_class.new do |config|
      config.client = tracer
      config.service_name = "shop"
    end
  end

  let(:span) { Struct.new(:resource, :error, :finished).new }
  let(:tracer) do
    span.define_singleton_method(:finish) { self.finished = true }
    span.define_singleton_method(:set_error) { |error| self.error = error }
    double(active_span: span, log_correlation: "dd.trace_id=1").tap do |tracer|
      allow(tracer).to receive(:trace).and_return(span)
    end
  end
  let(:job) { VendorFakes::Consume.new }

  it "traces a job from its start to its end and logs both" do
    listener.on_worker_process(event("worker.process", { job: }))
    expect(tracer).to have_received(:trace).with("karafka.consumer", service: "shop")
    expect(span.resource).to eq("VendorFakes::Consumer#consume")
    expect(span.finished).to be_nil
    listener.on_worker_processed(event("worker.processed", { job: }, 1.234))
    expect(span.finished).to be(true)
    expect(app_log).to include("[abc] Consume job for VendorFakes::Consumer on orders-3 started")
    expect(app_log).to include("[abc] Consume job for VendorFakes::Consumer on orders-3 finished in 1.23 ms")
  end

  it "leaves the service to the tracer unless told" do
    listener.setup { |config| config.service_name = nil }
    listener.on_worker_process(event("worker.process", { job: }))
    expect(tracer).to have_received(:trace).with("karafka.consumer")
  end

  it "marks the span with the error and logs it" do
    error = StandardError.new("broke")
    listener.on_error_occurred(event("error.occurred",
                                     { type: "consumer.consume.error", error:, caller: nil }))
    expect(span.error).to be(error)
    expect(app_log).to match(/ERROR.*Consumer consuming error: broke/)
  end

  it "logs an error outside of any span" do
    allow(tracer).to receive(:active_span).and_return(nil)
    error = StandardError.new("broke")
    listener.on_error_occurred(event("error.occurred",
                                     { type: "runner.call.error", error:, caller: nil }))
    expect(app_log).to match(/FATAL.*broke/)
  end

  it "tags lines where the logger has tags" do
    tags = []
    Karafka.logger.define_singleton_method(:push_tags) { |tag| tags << tag }
    Karafka.logger.define_singleton_method(:pop_tags) { tags << :popped }
    listener.on_worker_process(event("worker.process", { job: }))
    expect(tags).to eq(["dd.trace_id=1", :popped])
  end
end
