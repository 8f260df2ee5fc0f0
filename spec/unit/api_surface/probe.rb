# frozen_string_literal: true

# Prints every fact of api_surface.yml as JSON, with what is wrong with it or null. A process of its
# own, so that defaults are defaults whatever other specs did to the application.

require "json"
require "yaml"

$LOAD_PATH.unshift(File.expand_path("../../../lib", __dir__))
report = $stdout.dup
$stdout.reopen($stderr)

%w[
  karafka waterdrop
  karafka/instrumentation/vendors/datadog/metrics_listener
  karafka/instrumentation/vendors/datadog/logger_listener
  karafka/instrumentation/vendors/appsignal/metrics_listener
  karafka/instrumentation/vendors/appsignal/errors_listener
  karafka/instrumentation/vendors/kubernetes/liveness_listener
  karafka/instrumentation/vendors/kubernetes/swarm_liveness_listener
  waterdrop/instrumentation/vendors/datadog/metrics_listener
  active_job/karafka
  karafka/testing/rspec/helpers karafka/testing/minitest/helpers
].each do |path|
  require path
rescue LoadError
  # What is missing shows as a missing constant.
end

require_relative "classes"
require_relative "commands"
require_relative "settings"

list = YAML.safe_load_file(File.expand_path("../api_surface.yml", __dir__))
facts = [ApiSurface::Settings, ApiSurface::Classes, ApiSurface::Commands].map { |part| part.new(list).facts }
report.puts JSON.generate(facts.reduce(:merge))
