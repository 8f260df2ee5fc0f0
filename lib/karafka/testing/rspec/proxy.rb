# frozen_string_literal: true

module Karafka
  module Testing
    module RSpec
      # `karafka` in examples.
      class Proxy < Testing::Proxy; end
    end
  end
end
