# frozen_string_literal: true

require "karafka/testing"

module Karafka
  module Testing
    # For suites of Minitest.
    module Minitest
      autoload :Helpers, "karafka/testing/minitest/helpers"
      autoload :Proxy, "karafka/testing/minitest/proxy"
    end
  end
end
