# frozen_string_literal: true

module Karafka
  # Settings of the app and what setup makes of them.
  module Setup
    autoload :AttributesMap, "karafka/setup/attributes_map"
    autoload :Config, "karafka/setup/config"
    autoload :Debugging, "karafka/setup/debugging"
    autoload :DefaultProducer, "karafka/setup/default_producer"
    autoload :DefaultsInjector, "karafka/setup/defaults_injector"
    autoload :Dsl, "karafka/setup/dsl"
    autoload :EagerLoad, "karafka/setup/eager_load"
    autoload :Settings, "karafka/setup/settings"
    autoload :Warmup, "karafka/setup/warmup"
  end
end
