# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      module Filters
        # What users' filters inherit from. One instance for each assigned partition, kept over batches. A
        # subclass need not call `super` in `initialize`.
        class Base
          # @return [Messages::Message, nil] the first message that is needed next
          attr_reader :cursor

          # Takes out of the batch what consumers must not see. On the listener thread; what it raises resets
          # the connection.
          #
          # @param messages [Array<Messages::Message>] changed in place; never empty for the first filter
          # @raise [NotImplementedError] it must be defined
          def apply!(messages)
            raise NotImplementedError, "#{self.class} must define apply!"
          end

          # @return [Boolean] it has changed the batch, or wants an action: only then it is asked for more
          def applied?
            @applied ? true : false
          end

          # Asked once the batch was worked off, on the worker's thread, as are {#timeout}, {#cursor} and what
          # concerns marking.
          #
          # @return [Symbol] one of {Actions::ALL}
          def action
            Actions.skip
          end

          # @return [Integer, nil] ms that a pause lasts; nil takes the topic's own
          def timeout
            nil
          end

          # @return [Boolean] {#marking_cursor} is to be marked after a successful run
          def mark_as_consumed?
            false
          end

          # @return [Symbol] `:mark_as_consumed`, or `:mark_as_consumed!` to commit at once
          def marking_method
            :mark_as_consumed
          end

          # @return [Messages::Message, nil]
          def marking_cursor
            cursor
          end

          # @return [Boolean]
          def skip?
            action == Actions.skip
          end

          # @return [Boolean]
          def pause?
            action == Actions.pause
          end

          # @return [Boolean]
          def seek?
            action == Actions.seek
          end
        end
      end
    end
  end
end
