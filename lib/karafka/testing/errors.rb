# frozen_string_literal: true

require "karafka/testing"

module Karafka
  module Testing
    # What the helpers raise.
    module Errors
      # Superclass of them all.
      class BaseError < StandardError; end

      # There is no `Karafka::App`.
      class KarafkaNotLoadedError < BaseError; end

      # `Karafka::App.setup` was not called.
      class KarafkaNotInitializedError < BaseError; end

      # No active topic has the name, which is the message.
      class TopicNotFoundError < BaseError; end

      # Several connections consume the topic, which is the message: name a group.
      class TopicInManyConsumerGroupsError < BaseError; end

      # An app that ran for an example did not get where the example waited for it.
      class NotReachedError < BaseError; end

      # No active group has the name, which is the message.
      class ConsumerGroupNotFoundError < BaseError; end
    end
  end
end
