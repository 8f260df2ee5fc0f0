# frozen_string_literal: true

require "timeout"

RSpec.describe Karafka::Process, :fresh_app do
  let(:process) { described_class.new }
  let(:queue) { Queue.new }

  # Of the test process itself; each example puts back what it found.
  around do |example|
    kept = %w[USR1 QUIT TSTP CHLD].to_h { |name| [name, Signal.trap(name, "DEFAULT")] }
    example.run
  ensure
    kept.each { |name, handler| Signal.trap(name, handler || "DEFAULT") }
  end

  def signal(name)
    ::Process.kill(name, ::Process.pid)
  end

  def await
    Timeout.timeout(5) { queue.pop }
  end

  it "publishes the signal, then runs the callbacks, off the trap" do
    Karafka.monitor.subscribe("process.notice_signal") { |event| queue << [event[:caller], event[:signal]] }
    process.on_siguser1 { queue << Thread.current }
    process.supervise
    signal("USR1")

    expect(await).to eq([process, :SIGUSR1])
    expect(await).not_to eq(Thread.main)
  end

  it "still runs a handler that was there before, at once (H-151)" do
    seen = queue # `let` takes a lock, which a trap cannot
    Signal.trap("USR1") { seen << [:before, Thread.current] }
    process.on_siguser1 { nil }
    process.supervise
    signal("USR1")

    expect(await).to eq([:before, Thread.main])
  end

  it "does not chain to itself over two runs in one process" do
    2.times do
      process.clear
      process.on_sigquit { queue << :called }
      process.supervise
    end
    signal("QUIT")
    await

    expect(queue).to be_empty
  end

  it "leaves signals without callbacks alone" do
    process.on_sigquit { nil }
    process.supervise

    expect(Signal.trap("CHLD", "DEFAULT")).to eq("DEFAULT")
  end

  it "runs a common callback at each signal that is watched" do
    process.on_any_active { queue << :any }
    process.on_sigquit { queue << :quit }
    process.supervise
    signal("QUIT")

    expect([await, await]).to eq(%i[any quit])
  end

  it "runs the callbacks although a subscriber or another callback raises" do
    errors = Queue.new
    Karafka.monitor.subscribe("process.notice_signal") { raise "subscriber" }
    Karafka.monitor.subscribe("error.occurred") { |event| errors << [event[:type], event[:error].message] }
    process.on_sigquit { raise LoadError, "callback" }
    process.on_sigquit { queue << :stop }
    process.supervise
    signal("QUIT")

    expect(await).to eq(:stop)
    expect(Array.new(2) { errors.pop }).to eq(
      [["process.notice_signal.error", "subscriber"], ["process.notice_signal.error", "callback"]]
    )
  end

  it "logs what not even a subscriber to errors takes" do
    Karafka.monitor.subscribe("error.occurred") { raise "again" }
    process.on_sigquit { raise "callback" }
    process.on_sigquit { queue << :stop }
    process.supervise
    signal("QUIT")
    await

    expect(app_log).to include("RuntimeError - callback")
  end

  it "offers a callback for each signal that matters" do
    signals = %i[sigint sigquit sigterm sigttin sigtstp sigchld]

    expect(signals).to all(satisfy { |name| process.respond_to?(:"on_#{name}") })
    expect(signals.map { |name| described_class::SIGNALS[name] }).to eq(signals.map do |name|
                                                                          name.to_s.upcase
                                                                        end)
  end

  it "forgets common callbacks too" do
    process.on_any_active { queue << :any }
    process.clear
    process.on_sigquit { queue << :quit }
    process.supervise
    signal("QUIT")

    expect(await).to eq(:quit)
  end

  it "knows whether it watches" do
    before = process.supervised?
    process.supervise

    expect([before, process.supervised?]).to eq([false, true])
  end

  it "carries tags for the whole process" do
    described_class.tags.add(:mode, "mode:test")

    expect(described_class.tags.to_a).to include("mode:test")
  ensure
    described_class.tags.clear
  end
end
