# frozen_string_literal: true

module WaterDrop
  class Producer
    module Registry
      # `minitest/autorun` runs the suite when the process is about to exit: after all `at_exit` blocks that
      # were registered later, such as the one that closes producers.
      module SuiteToCome
        class << self
          # @return [Boolean] Minitest was asked to run a suite before anybody asks this
          def minitest?
            return false unless defined?(::Minitest.after_run)

            asked = ::Minitest.class_variable_defined?(:@@installed_at_exit)
            asked && ::Minitest.class_variable_get(:@@installed_at_exit)
          end

          # @param error [Exception, nil] why the process exits
          # @return [Boolean] Minitest does run it then
          def runs_after?(error)
            error.nil? || (error.is_a?(SystemExit) && error.success?)
          end
        end
      end
    end
  end
end
