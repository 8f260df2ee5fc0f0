# frozen_string_literal: true

module Karafka
  module Connection
    # Leads the listeners from start to stop as the app's state asks. Runs on the main thread.
    class Manager
      def initialize
        @listeners = []
      end

      # @param listeners [ListenersBatch]
      def register(listeners)
        @silenced = @stopping = false
        @listeners = listeners.to_a
        @listeners.each(&:start!)
      end

      # @return [Boolean] all threads ended
      def done?
        @listeners.none?(&:active?)
      end

      # One look at the state: nobody closes before everybody is quiet, then all close side by side.
      #
      # @raise [Exception] what ended a listener's thread
      def control
        @listeners.each { |listener| listener.join if listener.dead? }
        return unless App.done?

        silence
        return unless @listeners.all?(&:settled?)

        App.quieted! if App.quieting?
        stop unless App.quieting? || App.quiet?
      end

      private

      def silence
        return if @silenced

        @silenced = true
        @listeners.each(&:quiet!)
      end

      def stop
        return if @stopping

        @stopping = true
        @listeners.each(&:stop!)
      end
    end
  end
end
