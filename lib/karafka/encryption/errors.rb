# frozen_string_literal: true

module Karafka
  module Encryption
    # What can go wrong. Texts name versions, lengths and the record's place, never keys or payloads.
    # Those of consumers come from `Message#payload`, so retries, pauses and dead letters apply.
    module Errors
      # Rescues all of them.
      class BaseError < Karafka::Errors::BaseError; end

      # The record names a key version that `private_keys` lacks.
      class UnknownKeyVersionError < BaseError; end

      # More bytes than one RSA encryption takes; raised by `produce_*`, before anything is sent.
      class PayloadTooLargeError < BaseError; end

      # RSA refused: wrong key or changed bytes; or the record says twice how it is encrypted.
      class DecryptionError < BaseError; end

      # The plaintext is not what was encrypted: usually the wrong key.
      class FingerprintMismatchError < BaseError; end

      # Neither direct nor an envelope of ours: damaged, or of another implementation.
      class UnsupportedFormatError < BaseError; end

      # An envelope of ours that breaks the format.
      class MalformedEnvelopeError < BaseError; end

      # Wrong key, or changed bytes.
      class EnvelopeAuthenticationError < BaseError; end

      # The envelope was sealed for another topic.
      class TopicMismatchError < BaseError
        # @return [String, nil] the topic that it was sealed for
        attr_reader :bound_topic

        # @param message [String, nil]
        # @param bound_topic [String, nil]
        def initialize(message = nil, bound_topic = nil)
          super(message)
          @bound_topic = bound_topic
        end
      end
    end
  end
end
