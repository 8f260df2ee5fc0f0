# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `delay_by(5_000)`: messages are consumed once they are that old, in their order.
      module Delaying
        KEY = :delaying

        # `delay` in ms.
        Config = Struct.new(:active, :delay, keyword_init: true) do
          alias_method :active?, :active
        end

        OFF = Config.new(active: false).freeze

        # Checks the values under {KEY}.
        class Contract < Karafka::Contracts::Base
          virtual do |topic|
            delaying = topic[:delaying]
            checked = Contracts::Expected.integer(delaying[:delay], least: 1) if delaying[:active]
            [[%i[delaying delay], checked]] if checked.is_a?(String)
          end
        end
      end
    end

    # DSL of `delay_by`.
    class Topic
      # Registers a filter at this place of their order. The first call wins.
      #
      # @param delay [Integer] ms, at least 1
      # @return [Features::Delaying::Config]
      def delay_by(delay)
        return @delaying if @delaying

        filter(->(*) { Processing::ConsumerGroups::Filters::Delayer.new(delay) })
        @delaying = Features::Delaying::Config.new(active: true, delay:).freeze
      end

      # @return [Features::Delaying::Config]
      def delaying
        @delaying || Features::Delaying::OFF
      end

      # @return [Boolean]
      def delaying?
        delaying.active?
      end
    end
  end
end
