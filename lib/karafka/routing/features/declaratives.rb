# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `config(partitions: 3)`: declares the topic for the `topics` commands. Declarations are
      # shared with `App.declaratives`; of several for one name the first counts.
      module Declaratives
        KEY = :declaratives

        # Checks the values under {KEY}.
        class Contract < Karafka::Contracts::Base
          required(:declaratives, :active) { |active| Contracts::Expected.boolean(active) }

          %i[partitions replication_factor].each do |option|
            required(:declaratives, option) { |count| Contracts::Expected.integer(count, least: 1) }
          end
        end
      end
    end

    # DSL of `config`.
    class Topic
      # Without arguments: the declaration. With some: declares the topic, where the first call wins
      # as a whole and an existing declaration of that name stands.
      #
      # @param options [Hash] `active:`, `partitions:`, `replication_factor:` and Kafka's own
      #   settings of a topic
      # @return [Karafka::Declaratives::Topic]
      def config(**options)
        if !options.empty? && !@config_given
          @config_given = true
          draft = own_declaration
          draft.active = options.fetch(:active, true)
          draft.partitions = options.fetch(:partitions, 1)
          draft.replication_factor = options.fetch(:replication_factor, 1)
          draft.config(options.except(:active, :partitions, :replication_factor))
        end
        declaratives
      end

      # @return [Karafka::Declaratives::Topic] the shared declaration of this name; until the end
      #   of the draw, and for unrouted topics, their own one where none is shared
      def declaratives
        declarations.find(name) || own_declaration
      end

      # @return [Boolean] do the `topics` commands manage the topic
      def declaratives?
        declaratives.active?
      end

      # Shares the topic's declaration, unless there is one of that name.
      def declare
        declarations.add(own_declaration)
        declaratives.bootstrap_servers ||= kafka[:"bootstrap.servers"]
      end

      private

      def declarations
        App.config.internal.declaratives.builder.repository
      end

      def own_declaration
        @own_declaration ||= Karafka::Declaratives::Topic.new(name)
      end
    end
  end
end
