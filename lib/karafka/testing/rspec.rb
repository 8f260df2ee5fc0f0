# frozen_string_literal: true

require "karafka/testing"

module Karafka
  module Testing
    # For suites of RSpec.
    module RSpec
      autoload :BrokerExamples, "karafka/testing/rspec/broker_examples"
      autoload :Helpers, "karafka/testing/rspec/helpers"
      autoload :Proxy, "karafka/testing/rspec/proxy"
    end
  end
end
