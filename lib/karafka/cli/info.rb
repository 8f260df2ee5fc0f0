# frozen_string_literal: true

module Karafka
  class Cli
    # `karafka info`
    class Info < Base
      desc "Prints versions and settings of the app"

      BANNER = "karafka-native: Karafka's API on a Rust core"
      private_constant :BANNER

      # Logs at info level, so a logger for errors shows nothing.
      def call
        Karafka.logger.info(BANNER)
        Karafka.logger.info(lines.join("\n"))
      end

      # @return [String]
      def concurrency
        "Workers count: #{App.config.concurrency}"
      end

      # @return [String]
      def client_id
        "Instance client id: #{App.config.client_id}"
      end

      # @return [String] nothing to buy
      def license
        "License: MIT OR Apache-2.0"
      end

      private

      def lines
        [
          "Karafka version: #{Karafka::VERSION} (karafka-native #{Karafka::NATIVE_VERSION})",
          "Ruby version: #{RUBY_DESCRIPTION}",
          "Rdkafka version: librdkafka #{Native.librdkafka_version}, statically linked",
          "Consumer groups count: #{App.consumer_groups.size}",
          "Subscription groups count: #{App.subscription_groups.values.flatten.size}",
          concurrency,
          client_id,
          "Boot file: #{Karafka.boot_file}",
          "Environment: #{Karafka.env}",
          license
        ]
      end
    end
  end
end
