# frozen_string_literal: true

module Karafka
  module Routing
    # `batch_linger`: a poll hands over what it has once nothing has arrived for that long, instead
    # of filling the batch until `max_wait_time`. A setting of the connection, hence part of
    # {Topic#connection_key}; checked with the other settings.
    class Topic
      # @return [Integer, nil] ms; nil fills until `max_wait_time`
      def batch_linger
        return @settings[:batch_linger] if @settings.key?(:batch_linger)

        inherit(:batch_linger)
      end

      # @param time [Integer, nil] ms, 0 or more; nil turns off what the root or defaults set
      def batch_linger=(time)
        set(:batch_linger, time)
      end
    end
  end
end
