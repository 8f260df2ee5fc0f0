# frozen_string_literal: true

module Karafka
  class Cli
    # `karafka server`
    class Server < Base
      desc "Starts consuming"
      aliases :s, :consumer

      ProcessFilters.declare(self)

      # Blocks until the server is stopped.
      #
      # @raise [Errors::InvalidConfigurationError] the flags name what is not routed, or leave nothing
      def call
        register_inclusions
        register_exclusions
        print_banner if Karafka.env.development?
        Karafka::Server.run
      end

      # Hands the names to run to the activity manager.
      def register_inclusions
        ProcessFilters.include(options, activity_manager)
      end

      # Hands the names not to run to the activity manager.
      def register_exclusions
        ProcessFilters.exclude(options, activity_manager)
      end

      # @return [Routing::ActivityManager]
      def activity_manager
        App.config.internal.routing.activity_manager
      end

      private

      def print_banner
        puts "karafka-native #{Karafka::NATIVE_VERSION} (API of Karafka #{Karafka::VERSION}), " \
             "librdkafka #{Native.librdkafka_version}"
        puts "#{Karafka.env} environment, #{App.config.concurrency} workers; Ctrl-C stops"
      end
    end
  end
end
