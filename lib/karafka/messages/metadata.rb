# frozen_string_literal: true

module Karafka
  module Messages
    # Everything about a message except its payload. Key and headers deserialize at first access, on
    # the calling thread; nil and false results are kept, an error is not.
    Metadata = Struct.new(
      :message, :timestamp, :offset, :deserializers, :partition, :received_at, :topic, :raw_headers, :raw_key,
      keyword_init: true
    ) do
      # @return [Object] key, deserialized
      def key
        return @key if defined?(@key)

        @key = deserializers.key.call(self)
      end

      # @return [Object] headers, deserialized
      def headers
        return @headers if defined?(@headers)

        @headers = deserializers.headers.call(self)
      end

      # Drops key and headers, raw and deserialized.
      def clean!
        self.raw_key = self.raw_headers = @key = @headers = nil
      end
    end
  end
end
