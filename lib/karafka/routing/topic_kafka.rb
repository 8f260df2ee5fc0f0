# frozen_string_literal: true

module Karafka
  module Routing
    # librdkafka settings of a topic.
    class Topic
      # @return [Hash{Symbol => Object}] the topic's own Hash
      def kafka
        @settings.fetch(:kafka) { @inherited[:kafka] ||= App.config.kafka.dup }
      end

      # @param settings [Hash{Symbol => Object}] stands instead of the root hash; with
      #   `inherit: true` on top of it. Not changed: apps share such a Hash.
      def kafka=(settings = {})
        set(:kafka, settings.is_a?(Hash) ? merged_kafka(settings) : settings)
      end

      private

      def merged_kafka(settings)
        own = settings.except(:inherit)
        settings[:inherit] ? App.config.kafka.merge(own) : own
      end

      def warn_of_string_keys
        ignored = kafka.keys.grep_v(Symbol)
        return if ignored.empty?

        Karafka.logger.warn(
          "kafka settings of topic #{name} have no effect without Symbol keys: #{ignored.join(", ")}"
        )
      end
    end
  end
end
