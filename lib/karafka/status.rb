# frozen_string_literal: true

module Karafka
  # State of the app in this process. It moves forwards only; what is repeated or goes backwards
  # is ignored, so any thread may ask for a state at any time.
  class Status
    # State => the transition that leads to it, in order.
    STATES = {
      initializing: :initialize!,
      initialized: :initialized!,
      supervising: :supervise!,
      running: :run!,
      quieting: :quiet!,
      quiet: :quieted!,
      stopping: :stop!,
      stopped: :stopped!,
      terminated: :terminate!
    }.freeze

    ORDER = STATES.keys.freeze
    DONE_FROM = ORDER.index(:quieting)
    private_constant :ORDER, :DONE_FROM

    def initialize
      @mutex = Mutex.new
      @position = 0
    end

    STATES.each.with_index do |(state, transition), position|
      define_method(:"#{state}?") { @position == position }
      define_method(transition) { advance_to(position) }
    end

    # @return [Boolean] no new work is taken: quieting or later
    def done?
      @position >= DONE_FROM
    end

    # Back to the start without a word. A process that runs a second time needs it.
    def reset!
      @mutex.synchronize { @position = 0 }
      nil
    end

    # @return [String] name of the state
    def to_s
      ORDER[@position].name
    end

    # @return [Core::Monitoring::Monitor] where changes are published
    def monitor
      Karafka.monitor
    end

    # @return [Connection::Conductor] what is woken by a change
    def conductor
      App.config.internal.connection.conductor
    end

    private

    # Publishes without holding the lock: a subscriber may call a transition itself.
    def advance_to(position)
      @mutex.synchronize do
        return if position <= @position

        @position = position
      end

      announce(position)
      nil
    end

    # Whoever waits for the state gets to know it, also when a subscriber raises.
    def announce(position)
      monitor.instrument("app.#{ORDER[position]}", caller: self, server_id: Server.id)
    ensure
      wake_conductor
    end

    # Nobody waits on a conductor that was never built.
    def wake_conductor
      App.config.internal.connection.settled_h[:conductor]&.signal
    end
  end
end
