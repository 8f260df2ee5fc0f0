# frozen_string_literal: true

RSpec.describe Karafka::Connection::Manager, :fresh_app do
  let(:listener_class) do
    Class.new do
      attr_reader :told
      attr_accessor :state, :failure

      def initialize
        @told = []
        @state = :pending
      end

      def start! = told << :start
      def quiet! = told << :quiet
      def stop! = told << :stop
      def settled? = %i[quiet stopping stopped].include?(state)
      def active? = !%i[pending stopped].include?(state)
      def dead? = !failure.nil?
      def join = raise(failure)
    end
  end
  let(:listeners) { Array.new(2) { listener_class.new } }
  let(:manager) { described_class.new }

  before { manager.register(listeners) }

  def told = listeners.map(&:told)

  # All of the listeners, or some, reach a state.
  def reach(state, some = listeners) = some.each { |listener| listener.state = state }

  it "starts the listeners and lets them work" do
    reach(:running)
    3.times { manager.control }
    expect(told).to eq([[:start]] * 2)
    expect(manager).not_to be_done
  end

  it "lets nobody leave before everybody is quiet, then all at once, and tells each once" do
    reach(:running)
    Karafka::App.stop!
    2.times { manager.control }
    expect(told).to eq([%i[start quiet]] * 2)
    reach(:quiet, listeners.first(1))
    manager.control
    expect(told).to eq([%i[start quiet]] * 2)
    reach(:quiet)
    2.times { manager.control }
    expect(told).to eq([%i[start quiet stop]] * 2)
  end

  it "keeps a quiet app in its groups until it is stopped" do
    reach(:running)
    Karafka::App.quiet!
    manager.control
    reach(:quiet)
    2.times { manager.control }
    expect(Karafka::App.quiet?).to be(true)
    expect(told).to eq([%i[start quiet]] * 2)
    Karafka::App.stop!
    manager.control
    expect(told).to eq([%i[start quiet stop]] * 2)
  end

  it "is done when no listener is at work" do
    reach(:stopped, listeners.first(1))
    reach(:stopping, listeners.last(1))
    expect(manager).not_to be_done
    reach(:stopped)
    expect(manager).to be_done
  end

  it "raises what ended a listener's thread" do
    reach(:running)
    listeners.last.failure = RuntimeError.new("thread")
    expect { manager.control }.to raise_error("thread")
  end
end
