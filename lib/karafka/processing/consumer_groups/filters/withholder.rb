# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      module Filters
        # What filters have in common that hold the end of a batch back until its time comes. A subclass says
        # with `time_left` how many ms are left until the cursor may pass: none, or fewer, once it may.
        class Withholder < Base
          # @return [Symbol] `:pause` until the cursor may pass, then `:seek`
          def action
            return Actions.skip unless applied?

            timeout ? Actions.pause : Actions.seek
          end

          # @return [Integer, nil] ms
          def timeout
            return unless applied?

            left = time_left
            left if left.positive?
          end

          private

          # Takes out the message at this place and all behind it; nothing where there is none.
          def withhold(messages, place)
            @cursor = place && messages[place]
            @applied = !@cursor.nil?
            messages.slice!(place..) if @applied
          end
        end
      end
    end
  end
end
