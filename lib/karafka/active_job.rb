# frozen_string_literal: true

module Karafka
  # Jobs of Active Job with topics as queues. Loads without Active Job; apps that have it require
  # `active_job/karafka`.
  #
  # Careful within this gem: `ActiveJob` is this module, theirs is `::ActiveJob`.
  module ActiveJob
    autoload :Consumer, "karafka/active_job/consumer"
    autoload :CurrentAttributes, "karafka/active_job/current_attributes"
    autoload :Deserializer, "karafka/active_job/deserializer"
    autoload :Dispatcher, "karafka/active_job/dispatcher"
    autoload :JobExtensions, "karafka/active_job/job_extensions"
    autoload :JobOptionsContract, "karafka/active_job/job_options_contract"

    # Rails before this version breaks at boot when the adapter touches the base class of adapters.
    ADAPTERS_WITH_BASE = "7.2"
    private_constant :ADAPTERS_WITH_BASE

    # @return [Class] what the adapter inherits from: the base class of adapters under a Rails that
    #   has one for others, else Object
    def self.adapter_superclass
      return Object unless defined?(::Rails::VERSION::STRING)
      return Object if Gem::Version.new(::Rails::VERSION::STRING) < Gem::Version.new(ADAPTERS_WITH_BASE)

      ::ActiveJob::QueueAdapters::AbstractAdapter
    end
  end
end
