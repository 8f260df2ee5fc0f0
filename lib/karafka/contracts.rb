# frozen_string_literal: true

module Karafka
  # Checks of what apps configure.
  module Contracts
    autoload :Base, "karafka/contracts/base"
    autoload :Config, "karafka/contracts/config"
    autoload :ConsumerGroup, "karafka/contracts/consumer_group"
    autoload :Expected, "karafka/contracts/expected"
    autoload :KafkaName, "karafka/contracts/kafka_name"
    autoload :KafkaSettings, "karafka/contracts/kafka_settings"
    autoload :Routing, "karafka/contracts/routing"
    autoload :ServerCliOptions, "karafka/contracts/server_cli_options"
    autoload :Topic, "karafka/contracts/topic"
  end
end
