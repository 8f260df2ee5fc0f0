# frozen_string_literal: true

module Karafka
  # Boots the framework with a Rails app. Loaded at the end of `karafka.rb` where Rails is there, and
  # nowhere else.
  #
  # Initializers run on the thread that boots Rails, before any consumer exists.
  class Railtie < ::Rails::Railtie
    autoload :StandardOutput, "karafka/railtie/standard_output"

    railtie_name :karafka

    # One environment, however the process was started.
    rails_env = ENV.fetch("RAILS_ENV", "")
    unless rails_env.empty? || !ENV.fetch("KARAFKA_ENV", "").empty?
      ENV["KARAFKA_ENV"] = rails_env
      Karafka.env = rails_env
    end

    # Ahead of the settings of Active Job, which look up the adapter. An app without Active Job never
    # runs the block.
    initializer "karafka.active_job_integration", before: "active_job.set_configs" do
      ActiveSupport.on_load(:active_job) do
        require "active_job/queue_adapters/karafka_adapter"
        extend Karafka::ActiveJob::JobExtensions
      end
    end

    # Before the boot file, which may choose another one.
    initializer "karafka.configure_rails_logger", after: :initialize_logger do
      App.config.logger = StandardOutput.joined_to(Rails.logger)
      Karafka.refresh!
    end

    # Rails does so for each folder below `app` that is there when it boots; this one may come later.
    initializer "karafka.configure_rails_auto_load_paths", before: :set_autoload_paths do |app|
      app.config.autoload_paths += [app.root.join("app/consumers").to_s]
    end

    # Once the app's own code can be loaded. `require`, so that later reloads find it done: routes
    # never change in a running process.
    initializer "karafka.require_karafka_boot_file" do |app|
      boot_file = Karafka.boot_file.to_s
      next if boot_file == "false"
      raise Errors::MissingBootFileError, boot_file unless File.exist?(boot_file)

      app.reloader.to_prepare { require boot_file }
    end

    # Jobs give database connections back at their end, and see reloaded code where consumers are
    # built anew for each batch. Workers ask for it when they start. A consumer is built where no reload can
    # take its code away meanwhile: a constant that is looked up in the middle of one is lost to the loader.
    initializer "karafka.configure_worker_external_executor" do |app|
      app.config.after_initialize do
        processing = App.config.internal.processing
        processing.worker_job_call_wrapper = App.config.consumer_persistence ? app.executor : app.reloader
        processing.consumer_build_wrapper = app.executor
      end
    end
  end
end
