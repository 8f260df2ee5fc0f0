# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # What consumers of topics with an active `dead_letter_queue` can do by hand.
      module DeadLetters
        # Sends a copy to the dead letter topic. Marks nothing.
        #
        # @param message [Messages::Message]
        # @raise [Errors::UnsupportedCaseError] no topic is known
        def dispatch_to_dlq(message)
          DeadLetter.new(self).dispatch(message)
          nil
        end
      end
    end
  end
end
