# frozen_string_literal: true

module WaterDrop
  # The threads on which callbacks of producers run.
  module Polling
    autoload :Callbacks, "waterdrop/polling/callbacks"
    autoload :Poller, "waterdrop/polling/poller"
    autoload :TokenBearer, "waterdrop/polling/token_bearer"

    extend Karafka::Core::Configurable

    setting :thread_priority, default: 0
    # Milliseconds that a thread sleeps at most before it looks around.
    setting :poll_timeout, default: 1_000
    # Milliseconds between attempts after a failure of the loop, doubled each time.
    setting :backoff_min, default: 100
    setting :backoff_max, default: 30_000

    class << self
      # @yieldparam config [Karafka::Core::Configurable::Node] for the whole process
      # @raise [Errors::ConfigurationInvalidError] the settings are as before
      def setup
        wanted = config.deep_dup
        yield(wanted) if block_given?
        Contracts::PollingConfig.new.validate!(wanted.to_h, Errors::ConfigurationInvalidError)
        @config = wanted
        nil
      end
    end
  end
end
