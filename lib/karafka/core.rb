# frozen_string_literal: true

module Karafka
  # Support library behind the framework, the producer and the stock listeners: settings,
  # contracts, the event bus, tags. Listeners of other gems build on these names.
  module Core
    autoload :Configurable, "karafka/core/configurable"
    autoload :Contractable, "karafka/core/contractable"
    autoload :Helpers, "karafka/core/helpers"
    autoload :Monitoring, "karafka/core/monitoring"
    autoload :Taggable, "karafka/core/taggable"
  end
end
