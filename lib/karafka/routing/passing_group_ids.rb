# frozen_string_literal: true

module Karafka
  module Routing
    # Group ids that only this process can have: each process would get every message, and none would go on
    # where another has ended. Told at the end of a draw, each once.
    class PassingGroupIds
      # Random by their making.
      UUID = /\h{8}-\h{4}-\h{4}-\h{4}-\h{12}/
      # Shorter ones, as containers have them, are the same in every process, or a part of any name.
      DIGITS = 3
      private_constant :UUID, :DIGITS

      # @param groups [Array<ConsumerGroup>]
      def initialize(groups)
        @ids = groups.map(&:id)
      end

      # @param told [Set<String>] what was told before; grows
      def tell(told)
        to_a.each do |id|
          text = "the id of consumer group #{id} seems to be of this process alone: each process would " \
                 "consume every message, from the initial offset on"
          Karafka.logger.warn(text) if told.add?(text)
        end
      end

      # @return [Array<String>] those that name the process or hold a UUID
      def to_a
        pid = ::Process.pid.to_s
        random = pid.size < DIGITS ? UUID : /#{UUID}|(?<!\d)#{pid}(?!\d)/
        @ids.grep(random)
      end
    end
  end
end
