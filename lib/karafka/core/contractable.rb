# frozen_string_literal: true

module Karafka
  module Core
    # Checks of configuration data.
    module Contractable
      autoload :Contract, "karafka/core/contractable/contract"
      autoload :Result, "karafka/core/contractable/result"
      autoload :Rule, "karafka/core/contractable/rule"
    end
  end
end
