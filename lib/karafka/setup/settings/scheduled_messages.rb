# frozen_string_literal: true

module Karafka
  module Setup
    module Settings
      # Messages for later. See docs/scheduled_messages.md; checked by
      # {Karafka::ScheduledMessages::Contracts::Settings}.
      SCHEDULED_MESSAGES = proc do
        # How long a message that is due may wait.
        setting :interval, default: 15_000
        # Messages that are sent before their records are taken away; with a transactional producer, those
        # of one transaction.
        setting :flush_batch_size, default: 1_000
        # Of dispatches and reports; nil for the app's.
        setting :producer, default: nil
        setting :group_id, default: "karafka_scheduled_messages"
        # The topic of states is called as that of the records, and this.
        setting :states_suffix, default: "_states"
      end
    end
  end
end
