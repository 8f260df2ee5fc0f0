# frozen_string_literal: true

require "forwardable"

module Karafka
  module Instrumentation
    module Vendors
      module Appsignal
        # What both listeners share.
        class Base
          include Core::Configurable
          extend Forwardable

          # @yieldparam config [Core::Configurable::Node]
          def initialize(&block)
            setup(&block) if block
          end

          # May be called again.
          #
          # @yieldparam config [Core::Configurable::Node]
          def setup(&block)
            configure(&block)
          end
        end
      end
    end
  end
end
