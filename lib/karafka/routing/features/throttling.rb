# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `throttle(limit: 100, interval: 1_000)`: at most that many messages of each partition in any such
      # time.
      module Throttling
        KEY = :throttling

        # Messages, ms.
        Config = Struct.new(:active, :limit, :interval, keyword_init: true) do
          alias_method :active?, :active
        end

        OFF = Config.new(active: false).freeze

        # `interval` where none is given.
        MINUTE = 60_000

        # Checks the values under {KEY}.
        class Contract < Karafka::Contracts::Base
          %i[limit interval].each do |option|
            virtual do |topic|
              throttling = topic[:throttling]
              checked = Contracts::Expected.integer(throttling[option], least: 1) if throttling[:active]
              [[[:throttling, option], checked]] if checked.is_a?(String)
            end
          end
        end
      end
    end

    # DSL of `throttle`.
    class Topic
      # Registers a filter at this place of their order. The first call wins.
      #
      # @param limit [Integer] messages, at least 1
      # @param interval [Integer] ms, at least 1
      # @return [Features::Throttling::Config]
      def throttle(limit:, interval: Features::Throttling::MINUTE)
        return @throttling if @throttling

        filter(->(*) { Processing::ConsumerGroups::Filters::Throttler.new(limit, interval) })
        @throttling = Features::Throttling::Config.new(active: true, limit:, interval:).freeze
      end

      # @return [Features::Throttling::Config]
      def throttling
        @throttling || Features::Throttling::OFF
      end

      # @return [Boolean]
      def throttling?
        throttling.active?
      end
    end
  end
end
