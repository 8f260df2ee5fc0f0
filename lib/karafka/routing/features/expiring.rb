# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `expire_in(60_000)`: messages that are older are not consumed.
      module Expiring
        KEY = :expiring

        # `ttl` in ms.
        Config = Struct.new(:active, :ttl, keyword_init: true) do
          alias_method :active?, :active
        end

        OFF = Config.new(active: false).freeze

        # Checks the values under {KEY}.
        class Contract < Karafka::Contracts::Base
          virtual do |topic|
            expiring = topic[:expiring]
            checked = Contracts::Expected.integer(expiring[:ttl], least: 1) if expiring[:active]
            [[%i[expiring ttl], checked]] if checked.is_a?(String)
          end
        end
      end
    end

    # DSL of `expire_in`.
    class Topic
      # Registers a filter at this place of their order. The first call wins.
      #
      # @param ttl [Integer] ms, at least 1
      # @return [Features::Expiring::Config]
      def expire_in(ttl)
        return @expiring if @expiring

        filter(->(*) { Processing::ConsumerGroups::Filters::Expirer.new(ttl) })
        @expiring = Features::Expiring::Config.new(active: true, ttl:).freeze
      end

      # @return [Features::Expiring::Config]
      def expiring
        @expiring || Features::Expiring::OFF
      end

      # @return [Boolean]
      def expiring?
        expiring.active?
      end
    end
  end
end
