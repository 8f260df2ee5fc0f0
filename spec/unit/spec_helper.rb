# frozen_string_literal: true

# Specs below spec/unit need no broker. Integration specs have a helper of their own, which
# requires this one's library setup through `require "karafka"` as any app would.
lib = File.expand_path("../../lib", __dir__)
$LOAD_PATH.unshift(lib) unless $LOAD_PATH.include?(lib)
ENV["KARAFKA_ENV"] ||= "test"

require "rspec"
require "logger"
require "stringio"
require "karafka"

# An app of its own for one example: untouched settings, new components, nothing routed. What the
# example logs is in `app_log`.
module FreshApp
  PRISTINE = Karafka::Setup::Config.config.deep_dup

  class << self
    attr_reader :log

    # @yield while `Karafka::App` is a new one
    def run
      outer = Karafka::Setup::Config.config
      install(PRISTINE.deep_dup.tap { |config| config.logger = Logger.new(@log = StringIO.new) })
      yield
    ensure
      install(outer)
      Karafka::Instrumentation::AssignmentsTracker.instance.clear
    end

    private

    def install(config)
      Karafka::Setup::Config.instance_variable_set(:@config, config)
      Karafka.refresh!
    end
  end

  # @return [String] what was logged so far
  def app_log
    FreshApp.log.string
  end
end

RSpec.configure do |config|
  config.disable_monkey_patching!
  config.expect_with(:rspec) { |expectations| expectations.syntax = :expect }
  config.mock_with(:rspec) { |mocks| mocks.verify_partial_doubles = true }
  config.order = :random
  Kernel.srand(config.seed)

  config.include(FreshApp, :fresh_app)
  config.around(:each, :fresh_app) { |example| FreshApp.run { example.run } }
end
