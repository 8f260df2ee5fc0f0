# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `manual_offset_management true`: only the consumer marks messages, never the framework.
      module ManualOffsetManagement
        KEY = :manual_offset_management

        Config = Struct.new(:active, keyword_init: true) do
          alias_method :active?, :active
        end

        OFF = Config.new(active: false).freeze

        # Checks the values under {KEY}.
        class Contract < Karafka::Contracts::Base
          required(:manual_offset_management, :active) { |active| Contracts::Expected.boolean(active) }
        end
      end
    end

    # DSL of `manual_offset_management`.
    class Topic
      # @param active [Boolean] the first call with a value wins
      # @return [Features::ManualOffsetManagement::Config]
      def manual_offset_management(active = NOT_GIVEN)
        return @manual_offset_management || Features::ManualOffsetManagement::OFF if active.equal?(NOT_GIVEN)

        @manual_offset_management ||= Features::ManualOffsetManagement::Config.new(active:).freeze
      end

      # @return [Boolean]
      def manual_offset_management?
        manual_offset_management.active?
      end
    end
  end
end
