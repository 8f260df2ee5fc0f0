# frozen_string_literal: true

module Karafka
  class Admin
    class Configs
      # One setting of a topic or broker.
      class Config
        # @return [String]
        attr_reader :name
        # @return [String, nil] nil where the broker keeps it secret
        attr_reader :value
        # @return [Array<Config>] settings it falls back on, the first match first
        attr_reader :synonyms

        # @param rd_kafka_config [Array] name, value, default, read only, sensitive, synonym, synonyms
        # @return [Config]
        def self.from_rd_kafka(rd_kafka_config)
          name, value, default, read_only, sensitive, synonym, synonyms = rd_kafka_config
          new(
            name:, value:, default:, read_only:, sensitive:, synonym:,
            synonyms: synonyms.map { |one| from_rd_kafka(one) }
          )
        end

        # @param name [String, Symbol]
        # @param value [Object]
        def initialize(name:, value:, default: false, read_only: false, sensitive: false, synonym: false,
                       synonyms: [])
          @name = name.to_s
          @value = value&.to_s
          @default = default
          @read_only = read_only
          @sensitive = sensitive
          @synonym = synonym
          @synonyms = synonyms.freeze
        end

        # @return [Boolean] the broker's own default
        def default?
          @default
        end

        # @return [Boolean]
        def read_only?
          @read_only
        end

        # @return [Boolean]
        def sensitive?
          @sensitive
        end

        # @return [Boolean]
        def synonym?
          @synonym
        end

        # @return [Hash] `name:`, `value:`
        def to_native_hash
          { name:, value: }
        end
      end
    end
  end
end
