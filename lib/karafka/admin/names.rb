# frozen_string_literal: true

module Karafka
  class Admin
    # Names of topics and groups, which apps write as Strings or Symbols.
    module Names
      class << self
        # @param name [String, Symbol]
        # @return [String]
        # @raise [TypeError] anything else
        def text(name)
          return name.to_s if name.is_a?(String) || name.is_a?(Symbol)

          raise TypeError, "a name must be a String or a Symbol, not #{name.inspect}"
        end
      end
    end
  end
end
