# frozen_string_literal: true

require "timeout"

RSpec.describe Karafka::Instrumentation::CriticalErrorsListener, :fresh_app do
  let(:listener) { described_class.instance }
  let(:stops) { Queue.new }

  before do
    listener.on_app_running(nil)
    queue = stops
    without_partial_double_verification do
      allow(Karafka::Server).to receive(:stop) { queue << Thread.current.name }
    end
  end

  def report(error)
    listener.on_error_occurred(Karafka::Core::Monitoring::Event.new("error.occurred", { error: }))
  end

  def await
    Timeout.timeout(5) { stops.pop }
  end

  it "stops the server from a thread of its own" do
    report(SystemExit.new)

    expect(await).to eq("karafka.critical_shutdown")
  end

  it "ignores ordinary errors" do
    expect(Thread).not_to receive(:new)
    report(StandardError.new)
  end

  it "takes subclasses of critical errors" do
    report(Interrupt.new)

    expect(await).to eq("karafka.critical_shutdown")
  end

  it "logs what goes wrong in the thread" do
    without_partial_double_verification do
      allow(Karafka::Server).to receive(:stop).and_raise("stuck")
    end
    report(SystemExit.new)
    Thread.list.find { |thread| thread.name == "karafka.critical_shutdown" }&.join

    expect(app_log).to include("RuntimeError - stuck")
  end

  it "stops in a process that never published that it runs" do
    fresh = described_class.send(:new)
    fresh.on_error_occurred(Karafka::Core::Monitoring::Event.new("error.occurred", { error: SystemExit.new }))

    expect(await).to eq("karafka.critical_shutdown")
  end

  it "stops once in a run, and again in the next one (H-153)" do
    3.times { report(NoMemoryError.new) }
    await
    listener.on_app_running(nil)
    report(NoMemoryError.new)

    expect(await).to eq("karafka.critical_shutdown")
    expect(stops).to be_empty
  end

  it "stops a quiet app, but none that stops already" do
    Karafka::App.quieted!
    report(SystemExit.new)
    await
    listener.on_app_running(nil)
    Karafka::App.stop!
    report(SystemExit.new)

    expect(Thread.list.map(&:name)).not_to include("karafka.critical_shutdown")
    expect(stops).to be_empty
  end

  it "asks the configuration what is critical" do
    Karafka::App.config.internal.processing.critical_errors = [KeyError]
    report(SystemExit.new)
    report(KeyError.new)
    await

    expect(stops).to be_empty
  end

  it "never raises, but logs" do
    allow(Karafka::App).to receive(:stopping?).and_raise("broken")

    expect { report(SystemExit.new) }.not_to raise_error
    expect(app_log).to include("broken")
  end
end
