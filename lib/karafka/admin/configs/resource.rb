# frozen_string_literal: true

module Karafka
  class Admin
    class Configs
      # A topic or broker: what is to change, or what was found.
      class Resource
        # Types by name, as the protocol numbers them.
        TYPES = { topic: 2, broker: 4 }.freeze
        private_constant :TYPES

        # @return [Symbol] `:topic` or `:broker`
        attr_reader :type
        # @return [String]
        attr_reader :name
        # @return [Array<Config>] frozen, sorted by name; empty unless it was described
        attr_reader :configs
        # @return [Array<Array>] operation, setting, value; in the order of the wish
        attr_reader :changes

        # @param type [Symbol, Integer]
        # @param name [String, Symbol, Integer] of the topic, or id of the broker
        # @param configs [Array<Config>]
        # @raise [KeyError] no such type
        def initialize(type:, name:, configs: [])
          @type = TYPES.key?(type) ? type : TYPES.invert.fetch(type)
          @name = name.to_s
          @configs = configs.sort_by(&:name).freeze
          @changes = []
        end

        # @param name [String, Symbol]
        # @param value [Object]
        def set(name, value)
          change(:set, name, value)
        end

        # Takes the resource's own value away.
        #
        # @param name [String, Symbol]
        def delete(name, value = nil)
          change(:delete, name, value)
        end

        # Adds to a setting that is a list.
        #
        # @param name [String, Symbol]
        # @param value [Object]
        def append(name, value)
          change(:append, name, value)
        end

        # Removes from a setting that is a list.
        #
        # @param name [String, Symbol]
        # @param value [Object]
        def subtract(name, value)
          change(:subtract, name, value)
        end

        # @return [Hash] `resource_type:`, `resource_name:`, and `configs:` if something is to change
        def to_native_hash
          native = { resource_type: TYPES.fetch(type), resource_name: name }
          changes.empty? ? native : native.merge(configs: changes)
        end

        private

        def change(operation, name, value)
          @changes << [operation, name.to_s, value&.to_s]
          self
        end
      end
    end
  end
end
