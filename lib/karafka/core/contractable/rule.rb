# frozen_string_literal: true

module Karafka
  module Core
    module Contractable
      # One check of a contract.
      #
      # - `path`: where the value is, an Array of Symbols; nil for a rule over all data
      # - `type`: `:required`, `:optional` or `:virtual`
      # - `validator`: Proc, see {Contract}
      Rule = Struct.new(:path, :type, :validator)
    end
  end
end
