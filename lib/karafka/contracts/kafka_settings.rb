# frozen_string_literal: true

module Karafka
  module Contracts
    # Checks librdkafka properties of a topic.
    module KafkaSettings
      class << self
        # @param settings [Hash] String keys are not looked at, they have no effect
        # @return [String, nil] why librdkafka would refuse them
        def refused(settings)
          settings = settings.select { |property, _| property.is_a?(Symbol) }
          refused_by_protocol(settings) || refused_by_encoding(settings) || refused_by_parser(settings)
        end

        private

        def refused_by_protocol(settings)
          return unless settings[:"group.protocol"].to_s == "consumer"

          classic = Topic::CLASSIC_ONLY & settings.keys
          return if classic.empty?

          "`group.protocol` consumer excludes #{classic.map { |property| "`#{property}`" }.join(", ")}"
        end

        # librdkafka takes text; other bytes would end as an error of the native extension.
        def refused_by_encoding(settings)
          property, = settings.find { |_, value| value.is_a?(String) && !value.valid_encoding? }
          property && "`#{property}` is no valid #{settings[property].encoding}"
        end

        def refused_by_parser(settings)
          Karafka::Native.validate_kafka(settings)
        end
      end
    end
  end
end
