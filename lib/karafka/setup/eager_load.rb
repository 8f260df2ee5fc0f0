# frozen_string_literal: true

module Karafka
  module Setup
    # Loads what listeners and workers use before their threads start. Ruby 3.1 crashes when a thread is
    # killed while it autoloads, and a forced stop kills threads.
    module EagerLoad
      # @return [nil]
      def self.call
        [
          Connection, Processing, Processing::ConsumerGroups, Processing::Jobs, Processing::Schedulers,
          Messages, Messages::Builders, Instrumentation, Instrumentation::Callbacks, Core::Monitoring,
          Native, Encryption, ::Rdkafka, ::Rdkafka::Consumer
        ].each { |namespace| namespace.constants.each { |name| namespace.const_get(name) } }
        nil
      end
    end
  end
end
