# frozen_string_literal: true

module WaterDrop
  module Contracts
    # Process-wide settings of the threads that poll.
    class PollingConfig < Karafka::Core::Contractable::Contract
      configure { |config| config.error_messages = MESSAGES }

      required(:thread_priority) { |priority| priority.is_a?(Integer) && (-3..3).cover?(priority) }
      %i[poll_timeout backoff_min backoff_max].each do |name|
        required(name) { |duration| (duration.is_a?(Integer) && duration >= 1) || :positive }
      end

      virtual do |data, errors|
        next if errors.any? || data[:backoff_max] >= data[:backoff_min]

        [[:backoff_max, "needs to be at least backoff_min"]]
      end
    end
  end
end
