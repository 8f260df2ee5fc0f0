# frozen_string_literal: true

module Karafka
  class Server
    # Routes take any consumer. One that is none would raise at each batch, and keep the other topics of
    # its connection waiting meanwhile: so the server does not start with it.
    module Consumers
      # @raise [Errors::InvalidConfigurationError] naming every such topic
      def self.check
        topics = App.routes.flat_map { |group| group.topics.select(&:active?) }
        wrong = topics.reject { |topic| topic.consumer.is_a?(Class) && topic.consumer <= BaseConsumer }
        return if wrong.empty?

        raise Errors::InvalidConfigurationError, wrong.to_h { |topic|
          [:"routes.#{topic.consumer_group.name}.#{topic.name}.consumer",
           "needs to be a class that inherits from Karafka::BaseConsumer, is #{topic.consumer.inspect}"]
        }.to_s
      end
    end
  end
end
