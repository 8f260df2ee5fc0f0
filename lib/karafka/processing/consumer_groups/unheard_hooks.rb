# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # What {UnheardRun} asks of a consumer besides `consume`.
      module UnheardHooks
        # All there is to do before for a batch that came past the listener. On the worker.
        def on_handed_over(messages)
          @messages = messages
          @used = true
          @outcome = :never_ran
        end

        # As the second half of {Lifecycle#on_after_consume}, for a run that nobody is told of.
        def on_ended_consume(effect)
          Conclusion.follow(self, effect)
          forget_errors
        rescue Exception => e # rubocop:disable Lint/RescueException
          after_run_failed(e)
        end

        # As {Lifecycle#on_after_consume}, for such a run whose `consume` did not return, or never began.
        def on_broken_consume(begun)
          @outcome = :failed if begun && @outcome == :never_ran
          on_after_consume
        end
      end
    end
  end
end
