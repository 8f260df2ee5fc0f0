# frozen_string_literal: true

module Karafka
  module Deserializers
    # Leaves headers as they are.
    class Headers
      # @param metadata [Messages::Metadata]
      # @return [Hash{String => String, Array<String>}] frozen
      def call(metadata)
        metadata.raw_headers
      end
    end
  end
end
