# frozen_string_literal: true

module Karafka
  class Admin
    # What the subscribers of `oauthbearer.token_refresh` answer to.
    class TokenBearer
      # @param native [Native::Admin, Native::Reader]
      def initialize(native)
        @native = native
      end

      # @param token [String]
      # @param lifetime_ms [Integer] expiry, ms since the epoch
      # @param principal_name [String]
      # @param extensions [Hash, nil] SASL extensions
      # @return [Integer] 0
      # @raise [Rdkafka::RdkafkaError] librdkafka refuses the token
      def oauthbearer_set_token(token:, lifetime_ms:, principal_name:, extensions: nil)
        pairs = (extensions || {}).map { |name, value| [name.to_s, value.to_s] }
        @native.set_token(token, lifetime_ms, principal_name, pairs)
        0
      end

      # @param reason [String] why there is no token; librdkafka asks again later
      # @return [Integer] 0
      def oauthbearer_set_token_failure(reason)
        @native.set_token_failure(reason)
        0
      end
    end
  end
end
