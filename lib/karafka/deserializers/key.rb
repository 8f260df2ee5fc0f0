# frozen_string_literal: true

module Karafka
  module Deserializers
    # Leaves keys as they are.
    class Key
      # @param metadata [Messages::Metadata]
      # @return [String, nil] binary
      def call(metadata)
        metadata.raw_key
      end
    end
  end
end
