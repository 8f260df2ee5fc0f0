# frozen_string_literal: true

require_relative "boot"

require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "active_job/railtie"

Bundler.require(*Rails.groups)

# Orders come in over HTTP and go through Kafka.
module Shop
  # Lets several shops share a cluster.
  PREFIX = ENV.fetch("SHOP_PREFIX", "shop")

  class Application < Rails::Application
    config.load_defaults Rails::VERSION::STRING.to_f
    config.api_only = true
    config.active_job.queue_adapter = :karafka
    config.secret_key_base = ENV.fetch("SECRET_KEY_BASE", "an example has no secrets " * 4)

    if ENV["RAILS_LOG_TO_STDOUT"]
      # Lines appear at once, also where the output is a pipe.
      $stdout.sync = true
      config.logger = ActiveSupport::Logger.new($stdout)
    end
  end
end
