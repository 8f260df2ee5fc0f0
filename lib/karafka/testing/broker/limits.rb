# frozen_string_literal: true

module Karafka
  module Testing
    class Broker
      # What the embedded broker cannot do, and what to do instead.
      module Limits
        REASONS = {
          admin: "it answers no admin requests; make topics with Karafka::Testing::Broker#create_topic",
          transactional_offsets: "it does not keep offsets committed within a transaction",
          volume: "it keeps about 5 MB or 100,000 batches a partition and then drops the oldest"
        }.freeze

        # @param request [Symbol] a key of {REASONS}
        # @param what [String, nil] the call
        # @return [String]
        # @raise [KeyError] unknown request
        def self.message(request, what = nil)
          [
            what && "#{what}:",
            "the embedded broker (Karafka::Testing::Broker) cannot do this:",
            "#{REASONS.fetch(request)}. Use a real Kafka for it (bin/kafka starts one)."
          ].compact.join(" ")
        end
      end
    end
  end
end
