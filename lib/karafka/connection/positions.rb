# frozen_string_literal: true

module Karafka
  module Connection
    # Turns what users give as an offset into a number.
    class Positions
      # Offsets that librdkafka resolves itself.
      LOGICAL = { earliest: -2, latest: -1, "earliest" => -2, "latest" => -1 }.freeze

      # @param connection [#call] gives the native connection
      def initialize(connection)
        @connection = connection
      end

      # @param topic [String]
      # @param partition [Integer]
      # @param offset [Integer, Time, Symbol, String]
      # @return [Integer] -1 latest, -2 earliest; a time after the last message is latest
      # @raise [TypeError] nothing of these
      # @raise [Errors::InvalidTimeBasedOffsetError] the broker knows no offset of that time
      def resolve(topic, partition, offset)
        case offset
        when Integer then offset
        when Time then at(topic, partition, offset)
        else
          LOGICAL.fetch(offset) do
            raise TypeError, "offset of #{topic}-#{partition} must be an Integer, a Time, :earliest or " \
                             ":latest, not #{offset.inspect}"
          end
        end
      end

      private

      def at(topic, partition, time)
        # At or after: a part of a millisecond counts as a whole one. Not by Float, which loses some.
        milliseconds = (time.to_r * 1_000).ceil
        proxy = Proxy.new(App.config.internal.connection.proxy.offsets_for_times)
        row = proxy.call do |timeout|
          @connection.call.offsets_for_times([[topic, partition, milliseconds]], timeout)
        end.first
        raise row[4] if row && row[4]
        raise Errors::InvalidTimeBasedOffsetError, "#{topic}-#{partition} at #{time}" unless row && row[2]

        row[2]
      end
    end
  end
end
