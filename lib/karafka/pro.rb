# frozen_string_literal: true

module Karafka
  # Names under which the original sells what is simply there here. Aliases only: each constant stands
  # for the class behind it.
  module Pro
    Encryption = Karafka::Encryption
    ScheduledMessages = Karafka::ScheduledMessages

    module Processing
      Filters = Karafka::Processing::ConsumerGroups::Filters
      Partitioner = Karafka::Processing::ConsumerGroups::Partitioner
      Schedulers = Karafka::Processing::Schedulers

      module ConsumerGroups
        Filters = Karafka::Processing::ConsumerGroups::Filters
        Partitioner = Karafka::Processing::ConsumerGroups::Partitioner

        module Coordinators
          ErrorsTracker = Karafka::Processing::ConsumerGroups::ErrorsTracker
        end

        module OffsetMetadata
          Fetcher = Karafka::Processing::ConsumerGroups::OffsetMetadata::Fetcher
        end
      end
    end
  end
end
