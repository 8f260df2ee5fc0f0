# frozen_string_literal: true

threads 1, Integer(ENV.fetch("RAILS_MAX_THREADS", "5"))
port Integer(ENV.fetch("PORT", "3000"))
environment ENV.fetch("RAILS_ENV", "development")
count = Integer(ENV.fetch("WEB_CONCURRENCY", "0"))
workers count
# A TERM is how the server ends, not how it fails.
raise_exception_on_sigterm false

# SHOP_EMBEDDED=1 consumes within the web server, where a process of its own is too much.
embedded = ENV.key?("SHOP_EMBEDDED")

if count.positive?
  preload_app!
  on_worker_boot { Karafka::Embedded.start } if embedded
  on_worker_shutdown do
    Karafka::Embedded.stop
    # Whatever requests have produced is delivered before the worker ends.
    Karafka.producer.close
  end
elsif embedded
  require_relative "../lib/puma/plugin/karafka_embedded"
  plugin :karafka_embedded
end
