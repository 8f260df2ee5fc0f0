# frozen_string_literal: true

module Karafka
  # What consumers read: batches, messages, their metadata.
  module Messages
    autoload :BatchMetadata, "karafka/messages/batch_metadata"
    autoload :Builders, "karafka/messages/builders"
    autoload :Message, "karafka/messages/message"
    autoload :Messages, "karafka/messages/messages"
    autoload :Metadata, "karafka/messages/metadata"
    autoload :Parser, "karafka/messages/parser"
    autoload :Pointer, "karafka/messages/pointer"
    autoload :Seek, "karafka/messages/seek"
  end
end
