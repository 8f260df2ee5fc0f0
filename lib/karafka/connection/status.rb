# frozen_string_literal: true

module Karafka
  module Connection
    # State of a listener. It moves forwards; only a stopped one starts again from `pending`.
    class Status
      # State => the transition that leads to it, in order.
      STATES = {
        pending: :pending!, starting: :start!, running: :running!, quieting: :quiet!,
        quiet: :quieted!, stopping: :stop!, stopped: :stopped!
      }.freeze

      ORDER = STATES.keys.freeze
      private_constant :ORDER

      def initialize
        @mutex = Mutex.new
        @position = ORDER.index(:stopped)
        @fresh = true
        pending!
      end

      STATES.each_with_index do |(state, transition), position|
        define_method(:"#{state}?") { @position == position }
        define_method(transition) { advance_to(position) } unless state == :pending
      end

      # A new life of a stopped listener; announced for the first one only.
      def pending!
        @mutex.synchronize do
          return unless stopped?

          @position = 0
        end
        announce if @fresh
        @fresh = false
      end

      # @return [Boolean] has a thread, or is about to
      def active?
        !pending? && !stopped?
      end

      # @return [Symbol]
      def to_sym
        ORDER[@position]
      end

      private

      # Announced without the lock, so that a subscriber may ask for another state.
      def advance_to(position)
        @mutex.synchronize do
          return if position <= @position

          @position = position
        end
        announce
      ensure
        App.config.internal.connection.conductor.signal
      end

      def announce
        Karafka.monitor.instrument("connection.listener.#{to_sym}", caller: self)
      end
    end
  end
end
