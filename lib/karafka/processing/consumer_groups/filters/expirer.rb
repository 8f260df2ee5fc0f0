# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      module Filters
        # Takes messages out that are too old, by their timestamps and the wall clock; those without a
        # timestamp stay. Nothing else follows: reading and marking go on as if they had not been there.
        class Expirer < Base
          # @param ttl [Integer] ms
          def initialize(ttl)
            super()
            @ttl = ttl
          end

          # @param messages [Array<Messages::Message>]
          def apply!(messages)
            oldest = Time.at(0, Filters.wall_now - @ttl, :millisecond)
            @applied = !messages.reject! { |message| message.timestamp&.<(oldest) }.nil?
          end
        end
      end
    end
  end
end
