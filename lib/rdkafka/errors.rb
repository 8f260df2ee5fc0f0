# frozen_string_literal: true

module Rdkafka
  # Rescues everything the native client raises about Kafka or about closed clients.
  class BaseError < RuntimeError; end

  # The native library could not be loaded.
  class LibraryLoadError < BaseError; end

  # Called on a consumer that is closed.
  class ClosedConsumerError < BaseError; end

  # Called on a producer that is closed, or that belongs to the parent process.
  class ClosedProducerError < BaseError; end

  # Called on an admin client that is closed.
  class ClosedAdminError < BaseError; end

  # Called on a native client that is closed.
  class ClosedInnerError < BaseError; end
end
