# frozen_string_literal: true

module Karafka
  module Messages
    # What makes batches out of what a poll brought.
    module Builders
      autoload :BatchMetadata, "karafka/messages/builders/batch_metadata"
      autoload :Messages, "karafka/messages/builders/messages"
    end
  end
end
