# frozen_string_literal: true

# Specs below spec/integration and spec/compatibility run on a real Kafka: `require_relative` this
# file first. `bin/test` gives each spec file a process of its own.
require_relative "../unit/spec_helper"
require_relative "../support/specs"

RSpec.configure do |config|
  config.include Specs::Helpers
  config.include Specs::Runs, :fresh_app

  config.after do |example|
    example.reporter.message(children_output) if example.exception && children.any?
    end_example
  end

  config.after(:suite) { Specs.peers.each_value(&:close) }
end
