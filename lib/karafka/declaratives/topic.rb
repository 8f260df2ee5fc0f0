# frozen_string_literal: true

module Karafka
  module Declaratives
    # Declaration of one topic. Not checked here: what a routed topic declares is checked by the
    # draw of the routes.
    class Topic
      NOT_GIVEN = Routing::NOT_GIVEN
      private_constant :NOT_GIVEN

      # @return [String]
      attr_reader :name
      # @return [Hash{Symbol => Object}] Kafka's own settings of the topic
      attr_accessor :details
      # @return [String, nil] cluster of a routed topic; nil for the root one
      attr_accessor :bootstrap_servers

      attr_writer :active, :partitions, :replication_factor

      # @param name [String, Symbol]
      def initialize(name)
        @name = name.to_s
        @active = true
        @partitions = 1
        @replication_factor = 1
        @details = {}
      end

      # @param value [Boolean] false hides the topic from the `topics` commands
      # @return [Boolean]
      def active(value = NOT_GIVEN)
        @active = value unless value.equal?(NOT_GIVEN)
        @active
      end

      # @return [Boolean]
      def active?
        @active
      end

      # @param value [Integer]
      # @return [Integer]
      def partitions(value = NOT_GIVEN)
        @partitions = value unless value.equal?(NOT_GIVEN)
        @partitions
      end

      # @param value [Integer]
      # @return [Integer]
      def replication_factor(value = NOT_GIVEN)
        @replication_factor = value unless value.equal?(NOT_GIVEN)
        @replication_factor
      end

      # @param entries [Hash{Symbol, String => Object}] added to the settings
      # @return [Hash{Symbol => Object}] the settings
      def config(entries = {})
        @details = @details.merge(entries.transform_keys(&:to_sym))
      end

      # @return [Topic] self: a declaration answers as a routed topic does
      def declaratives
        self
      end

      # @return [Hash{Symbol => Object}]
      def to_h
        { active:, partitions:, replication_factor:, details: }
      end
    end
  end
end
