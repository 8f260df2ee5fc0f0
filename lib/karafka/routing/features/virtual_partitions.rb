# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `virtual_partitions(partitioner: ...)`: the messages of one partition are shared out to several
      # consumer instances that work at once. Without a `partitioner` the feature is off.
      module VirtualPartitions
        KEY = :virtual_partitions

        # The first is the default of its option.
        DISTRIBUTIONS = %i[consistent balanced].freeze
        METADATA_STRATEGIES = %i[current exact].freeze

        OPTIONS = %i[max_partitions partitioner offset_metadata_strategy reducer distribution].freeze

        Config = Struct.new(:active, *OPTIONS, keyword_init: true) do
          alias_method :active?, :active
        end

        class << self
          # @param options [Hash{Symbol => Object}] as the user gave them
          # @return [Config] frozen; number of lanes and of workers are those of this moment
          def config(**options)
            max_partitions = options.fetch(:max_partitions) { App.config.concurrency }
            defaults = {
              active: !options[:partitioner].nil?, max_partitions:, partitioner: nil,
              offset_metadata_strategy: METADATA_STRATEGIES.first, distribution: DISTRIBUTIONS.first,
              reducer: Processing::ConsumerGroups::DefaultReducer.new(max_partitions)
            }
            Config.new(**defaults, **options).freeze
          end

          # @return [true, String]
          def one_of(known, value)
            known.include?(value) || "must be one of #{known}, not #{value.inspect}"
          end

          # @return [true, String]
          def callable(value)
            value.respond_to?(:call) || "needs to answer `call`, as #{value.inspect} does not"
          end
        end

        # Checks the values under {KEY}.
        class Contract < Karafka::Contracts::Base
          required(:virtual_partitions, :active) { |active| Contracts::Expected.boolean(active) }

          required(:virtual_partitions, :partitioner) do |partitioner|
            partitioner.nil? || VirtualPartitions.callable(partitioner)
          end

          required(:virtual_partitions, :max_partitions) do |count|
            Contracts::Expected.integer(count, least: 1)
          end

          required(:virtual_partitions, :reducer) { |reducer| VirtualPartitions.callable(reducer) }

          required(:virtual_partitions, :distribution) do |distribution|
            VirtualPartitions.one_of(DISTRIBUTIONS, distribution)
          end

          required(:virtual_partitions, :offset_metadata_strategy) do |strategy|
            VirtualPartitions.one_of(METADATA_STRATEGIES, strategy)
          end
        end
      end
    end

    # DSL of `virtual_partitions`.
    class Topic
      # The first call with options wins, as a whole.
      #
      # @param options [Hash] `partitioner:` answers `call(message)` with a key, on the polling thread, or
      #   is one of {Native::Partitioners}; `max_partitions:` lanes of each partition (the number of
      #   workers); `reducer:` answers `call(key)` with the id of a lane (byte sum modulo the number of
      #   lanes); `distribution:` `:consistent` or `:balanced`; `offset_metadata_strategy:` `:current`
      #   or `:exact`
      # @return [Features::VirtualPartitions::Config]
      # @raise [ArgumentError] unknown option
      def virtual_partitions(**options)
        return @virtual_partitions || Features::VirtualPartitions.config if options.empty?

        unknown = options.keys - Features::VirtualPartitions::OPTIONS
        unless unknown.empty?
          raise ArgumentError, "unknown virtual_partitions options of topic #{name}: #{unknown.join(", ")}"
        end

        @virtual_partitions ||= Features::VirtualPartitions.config(**options)
      end

      # @return [Boolean]
      def virtual_partitions?
        @virtual_partitions ? @virtual_partitions.active? : false
      end
    end
  end
end
