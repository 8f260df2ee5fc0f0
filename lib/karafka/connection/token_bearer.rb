# frozen_string_literal: true

module Karafka
  module Connection
    # What an `oauthbearer.token_refresh` listener answers to.
    class TokenBearer
      # @param connection [Native::Connection]
      def initialize(connection)
        @connection = connection
        @answered = false
      end

      # @return [Boolean] a token or a failure was given
      def answered?
        @answered
      end

      # @param token [String]
      # @param lifetime_ms [Integer] expiry, ms since the epoch
      # @param principal_name [String]
      # @param extensions [Hash, nil] SASL extensions
      # @return [Integer] 0
      # @raise [Rdkafka::RdkafkaError] librdkafka refuses the token
      def oauthbearer_set_token(token:, lifetime_ms:, principal_name:, extensions: nil)
        @connection.set_token(token, lifetime_ms, principal_name, extensions)
        @answered = true
        0
      end

      # @param reason [String] why there is no token; librdkafka asks again later
      # @return [Integer] 0
      def oauthbearer_set_token_failure(reason)
        @connection.set_token_failure(reason)
        @answered = true
        0
      end
    end
  end
end
