# frozen_string_literal: true

# Makes `queue_adapter = :karafka` and `karafka_options` known, for apps without Rails. Without
# Active Job nothing happens.

require "karafka"

begin
  require "active_job"
rescue LoadError => e
  raise unless e.path == "active_job"
else
  require "active_job/queue_adapters/karafka_adapter"

  # At once, or as soon as the app loads ActiveJob::Base.
  ActiveSupport.on_load(:active_job) { extend Karafka::ActiveJob::JobExtensions }
end
