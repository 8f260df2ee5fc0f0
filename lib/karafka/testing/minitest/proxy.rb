# frozen_string_literal: true

module Karafka
  module Testing
    module Minitest
      # `@karafka` in tests.
      class Proxy < Testing::Proxy; end
    end
  end
end
