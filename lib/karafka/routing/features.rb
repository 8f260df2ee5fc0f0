# frozen_string_literal: true

module Karafka
  module Routing
    # Options of a topic, one file each: values, defaults, checks and DSL methods together. A file
    # reopens {Topic}; its module says under which key of `Topic#to_h` its values are (`KEY`, the
    # name of the reader as well) and how they are checked (`Contract`).
    module Features
      autoload :ActiveJob, "karafka/routing/features/active_job"
      autoload :DeadLetterQueue, "karafka/routing/features/dead_letter_queue"
      autoload :Declaratives, "karafka/routing/features/declaratives"
      autoload :Delaying, "karafka/routing/features/delaying"
      autoload :Deserializers, "karafka/routing/features/deserializers"
      autoload :Eofed, "karafka/routing/features/eofed"
      autoload :Expiring, "karafka/routing/features/expiring"
      autoload :Filtering, "karafka/routing/features/filtering"
      autoload :InlineInsights, "karafka/routing/features/inline_insights"
      autoload :LongRunningJob, "karafka/routing/features/long_running_job"
      autoload :ManualOffsetManagement, "karafka/routing/features/manual_offset_management"
      autoload :OffsetMetadata, "karafka/routing/features/offset_metadata"
      autoload :Patterns, "karafka/routing/features/patterns"
      autoload :Pause, "karafka/routing/features/pause"
      autoload :PeriodicJob, "karafka/routing/features/periodic_job"
      autoload :ScheduledMessages, "karafka/routing/features/scheduled_messages"
      autoload :Throttling, "karafka/routing/features/throttling"
      autoload :VirtualPartitions, "karafka/routing/features/virtual_partitions"

      # In the order of their checks.
      ALL = [
        ActiveJob, DeadLetterQueue, Eofed, InlineInsights, ManualOffsetManagement, LongRunningJob,
        VirtualPartitions, Declaratives, Deserializers, Pause, Patterns, OffsetMetadata,
        Filtering, Delaying, Expiring, Throttling, PeriodicJob, ScheduledMessages
      ].freeze

      # @param topic [Topic]
      # @return [Hash{Symbol => Hash}] values of each feature
      def self.to_h(topic)
        ALL.to_h { |feature| [feature::KEY, topic.public_send(feature::KEY).to_h] }
      end
    end
  end
end

require "karafka/routing/features/batch_linger"
require "karafka/routing/features/parallel_decryption"
