# frozen_string_literal: true

module Karafka
  module Core
    module Contractable
      # What a contract found.
      class Result
        # @return [Hash{Symbol => String}] dotted path => text
        attr_reader :errors

        # @param failures [Array<Array(Array<Symbol>, (Symbol, String))>] path and message or key
        # @param messages [Hash{String => String}] texts by key
        # @param scope [Array<#to_s>] what the paths start with
        def initialize(failures, messages, scope)
          @errors = failures.to_h do |path, message|
            path = Array(path)
            [[*scope, *path].join(".").to_sym, text(path, message, messages)]
          end
        end

        # @return [Boolean]
        def success?
          @errors.empty?
        end

        private

        # The most specific text wins: `pause_timeout_format`, `timeout_format`, `format`.
        def text(path, message, messages)
          return message if message.is_a?(String)

          path.size.times do |dropped|
            found = messages["#{path.drop(dropped).join("_")}_#{message}"]
            return found if found
          end
          messages.fetch(message.to_s) { message.to_s }
        end
      end
    end
  end
end
