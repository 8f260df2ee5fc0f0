# frozen_string_literal: true

module Karafka
  class Admin
    # Configuration of topics and brokers.
    class Configs < Admin
      autoload :Config, "karafka/admin/configs/config"
      autoload :Resource, "karafka/admin/configs/resource"

      class << self
        # @see Configs#describe
        def describe(*resources)
          new.describe(*resources)
        end

        # @see Configs#alter
        def alter(*resources)
          new.alter(*resources)
        end
      end

      # @param resources [Array<Resource>]
      # @return [Array<Resource>] with their `configs`
      # @raise [Rdkafka::RdkafkaError] `:invalid_arg` without resources, `:unknown_topic_or_part`
      def describe(*resources)
        wanted = resources.flatten.map { |resource| [resource.to_native_hash[:resource_type], resource.name] }
        with_admin { |admin| build(admin.describe_configs(wanted)) }
      end

      # Each resource by itself; settings that are not named stay.
      #
      # @param resources [Array<Resource>] with their changes
      # @return [Array<Resource>] `configs` are what the broker returned, often none
      # @raise [Rdkafka::RdkafkaError] `:invalid_arg` without resources, `:invalid_config`
      def alter(*resources)
        wanted = resources.flatten.map do |resource|
          [resource.to_native_hash[:resource_type], resource.name, resource.changes]
        end
        with_admin { |admin| build(admin.alter_configs(wanted)) }
      end

      private

      def build(rows)
        rows.map do |type, name, entries|
          Resource.new(type:, name:, configs: entries.map { |entry| Config.from_rd_kafka(entry) })
        end
      end
    end
  end
end
