# frozen_string_literal: true

module Karafka
  module ActiveJob
    # What a job is on the wire: the JSON of its `serialize`, as any Active Job backend writes it.
    # One instance serves the whole app, from any thread.
    class Deserializer
      # @param job [#serialize]
      # @return [String] JSON
      # @raise [::ActiveJob::SerializationError] an argument cannot be written
      def serialize(job)
        ::ActiveSupport::JSON.encode(job.serialize)
      end

      # @param message [Messages::Message] its raw payload is read; the topic's deserializers are not asked
      # @return [Hash{String => Object}]
      # @raise [JSON::ParserError, TypeError] the payload is no JSON, or a tombstone
      def deserialize(message)
        Encryption.decryption&.call(message)
        ::ActiveSupport::JSON.decode(message.raw_payload)
      end
    end
  end
end
