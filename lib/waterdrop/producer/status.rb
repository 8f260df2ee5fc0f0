# frozen_string_literal: true

module WaterDrop
  class Producer
    # Where a producer is in its life. Reading is one look at one value.
    class Status
      STATES = %i[initial configured connected disconnecting disconnected closing closed].freeze
      ACTIVE = { configured: true, connected: true, disconnecting: true, disconnected: true }.freeze
      private_constant :STATES, :ACTIVE

      def initialize
        @current = :initial
      end

      # @return [Boolean] may be used
      def active?
        ACTIVE.key?(@current)
      end

      # @return [String]
      def to_s
        @current.name
      end

      # @return [Symbol]
      def to_sym
        @current
      end

      STATES.each do |state|
        define_method(:"#{state}?") { @current == state }
        define_method(:"#{state}!") { @current = state }
      end
    end
  end
end
