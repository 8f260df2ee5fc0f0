# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `eofed true`: `Consumer#eofed` runs when the end of a partition is reached without messages.
      module Eofed
        KEY = :eofed

        Config = Struct.new(:active, keyword_init: true) do
          alias_method :active?, :active
        end

        OFF = Config.new(active: false).freeze

        # Checks the values under {KEY} and that librdkafka reports ends of partitions.
        class Contract < Karafka::Contracts::Base
          required(:eofed, :active) do |active|
            [true, false].include?(active) || "must be true or false, not #{active.inspect}"
          end

          virtual do |topic, errors|
            next if errors.any? || !topic.dig(:eofed, :active)

            reported = topic[:kafka][:"enable.partition.eof"]
            next if reported && reported.to_s != "false"

            [[%i[eofed kafka], "needs `enable.partition.eof` true in kafka, which is #{reported.inspect}"]]
          end
        end
      end
    end

    # DSL of `eofed`.
    class Topic
      # @param active [Boolean] the first call with a value wins
      # @return [Features::Eofed::Config]
      def eofed(active = NOT_GIVEN)
        return @eofed || Features::Eofed::OFF if active.equal?(NOT_GIVEN)

        @eofed ||= Features::Eofed::Config.new(active:).freeze
      end

      # @return [Boolean]
      def eofed?
        eofed.active?
      end
    end
  end
end
