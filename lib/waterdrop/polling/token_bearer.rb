# frozen_string_literal: true

module WaterDrop
  module Polling
    # What a listener of `oauthbearer.token_refresh` answers to.
    class TokenBearer
      # @param client [Karafka::Native::Producer]
      def initialize(client)
        @client = client
        @answered = false
      end

      # @return [Boolean] a token or a failure was given
      def answered?
        @answered
      end

      # @param token [String]
      # @param lifetime_ms [Integer] expiry, in milliseconds since the epoch
      # @param principal_name [String]
      # @param extensions [Hash, nil]
      # @return [Integer] 0
      def oauthbearer_set_token(token:, lifetime_ms:, principal_name:, extensions: nil)
        pairs = (extensions || {}).map { |name, value| [name.to_s, value.to_s] }
        @client.set_token(token, lifetime_ms, principal_name, pairs)
        @answered = true
        0
      end

      # @param reason [String]
      # @return [Integer] 0
      def oauthbearer_set_token_failure(reason)
        @client.set_token_failure(reason)
        @answered = true
        0
      end
    end
  end
end
