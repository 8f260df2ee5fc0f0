# frozen_string_literal: true

module Karafka
  module Contracts
    # Contracts of the framework: one error class, one table of texts.
    class Base < Core::Contractable::Contract
      configure do |config|
        config.error_messages = {
          "missing" => "needs to be present",
          "format" => "has an invalid value"
        }.freeze
      end

      # @param data [Hash{Symbol => Object}]
      # @param scope [Array<#to_s>] what the reported paths start with
      # @return [true]
      # @raise [Errors::InvalidConfigurationError] its message is the Hash of path => text
      def validate!(data, scope: [])
        super(data, Errors::InvalidConfigurationError, scope:)
      end
    end
  end
end
