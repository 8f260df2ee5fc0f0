# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      # The framework's side of a consumer: what surrounds the user's hooks. Errors end here; what
      # follows a run is decided by the engine. It lives in the user's own class, so whatever is no part of
      # the API is named `karafka_`: no user's method or variable takes its place.
      module Lifecycle
        # @return [Core::Monitoring::Monitor]
        def monitor
          Karafka.monitor
        end

        # @return [Array<Class>] exceptions that stop the process
        def critical_errors
          App.config.internal.processing.critical_errors
        end

        # The instance is complete.
        def on_initialized
          karafka_guarded(:initialized) do
            karafka_instrument("consumer.initialize")
            karafka_instrument("consumer.initialized") { initialized }
          end
        end

        # @param action [Symbol]
        def on_wrap(action, &block)
          yielded = false
          karafka_instrument("consumer.wrap")
          karafka_instrument("consumer.wrapped") do
            wrap(action) do
              yielded = true
              block.call
            end
          end
          karafka_never_ran("#{self.class}#wrap did not yield for :consume") if !yielded && action == :consume
        rescue StandardError => e
          karafka_occurred(e, "consumer.wrap.error")
        end

        # On the listener thread; the batch is set.
        def on_before_schedule_consume
          @used = true
          @karafka_outcome = :never_ran
          Hold.new(self).call if @coordinator.state.hold
          karafka_instrument("consumer.before_schedule_consume")
        end

        # On the listener thread: the next batch of a long-running job's topic waits for this one.
        def on_before_schedule_idle
          Hold.new(self).call if @coordinator.state.hold
          karafka_instrument("consumer.before_schedule_idle")
        end

        %i[eofed revoked shutdown tick].each do |hook|
          event = "consumer.before_schedule_#{hook}"
          define_method(:"on_before_schedule_#{hook}") { karafka_instrument(event) }
        end

        # On the worker, before the user's code.
        def on_before_consume
          @messages.processed!
          @coordinator.state.enter_run
        end

        # Runs `consume`. Success is what was recorded: whatever else ends it is a failure.
        def on_consume
          # Revoked while it waited for a worker: nobody may start on it.
          return unless @coordinator.state.begin_lane

          @karafka_outcome = :failed
          karafka_instrument("consumer.consume")
          done = false
          karafka_instrument("consumer.consumed") do
            consume
            done = true
          end
          karafka_never_ran("#{monitor.class} kept consume from running or from raising") unless done
          @karafka_outcome = :succeeded
        rescue Exception => e # rubocop:disable Lint/RescueException
          karafka_failed(e)
        end

        # Marks, pauses, retries, dead letters, once the last lane of the run has ended. What fails here is
        # told and retried as well.
        def on_after_consume
          Conclusion.follow(self, @coordinator.state.end_lane(@karafka_outcome))
          karafka_forget_errors
        rescue Exception => e # rubocop:disable Lint/RescueException
          karafka_after_run_failed(e)
        end

        # Nothing is left of the batch for the user.
        def on_idle
          karafka_instrument("consumer.idle")
        end

        # Marks and pauses that filters want, though there was nothing for the user.
        def on_after_idle
          Conclusion.follow(self, @coordinator.state.end_lane(:idle))
        rescue Exception => e # rubocop:disable Lint/RescueException
          karafka_after_run_failed(e)
        end

        # (see BaseConsumer#eofed)
        def on_eofed
          karafka_instrument("consumer.eof")
          karafka_instrument("consumer.eofed") { eofed }
        rescue StandardError => e
          karafka_occurred(e, "consumer.eofed.error", seek_offset:)
        end

        # (see BaseConsumer#tick)
        def on_tick
          begun = @coordinator.state.enter_tick
          return unless begun

          karafka_instrument("consumer.tick")
          karafka_instrument("consumer.ticked") { tick }
        rescue StandardError => e
          karafka_occurred(e, "consumer.tick.error", seek_offset:)
        ensure
          @coordinator.state.leave_tick if begun
        end

        # (see BaseConsumer#revoked)
        def on_revoked
          karafka_guarded(:revoked) do
            karafka_instrument("consumer.revoke")
            karafka_instrument("consumer.revoked") { revoked }
          end
        end

        # (see BaseConsumer#shutdown)
        def on_shutdown
          karafka_guarded(:shutdown) do
            karafka_instrument("consumer.shutting_down")
            karafka_instrument("consumer.shutdown") { shutdown }
          end
        end

        private

        # @return [Boolean] of a class that stops the process
        def critical_error?(error)
          critical_errors.any? { |critical| error.is_a?(critical) }
        end

        # Told before the pause, as its subscribers expect; the pause follows even if one of them raises.
        def karafka_failed(error)
          # A mark of this run has reset the attempts: the history starts with this error.
          errors_tracker.clear if attempt.zero?
          errors_tracker << error
          @karafka_outcome = :critical if critical_error?(error)
          karafka_occurred(error, "consumer.consume.error", seek_offset:)
        end

        # The history counts the same runs as the attempts do.
        def karafka_forget_errors
          errors = @coordinator.errors_tracker
          errors.clear unless errors.empty? || attempt.positive?
        end

        # The pause follows even if a subscriber raises.
        def karafka_after_run_failed(error)
          karafka_occurred(error, "consumer.after_consume.error", seek_offset:)
        ensure
          Conclusion.follow(self, coordinator.state.conclude(:after_run_failed, nil))
          karafka_forget_errors
        end

        # Nothing around a run, be it a wrapper or a tracer, may turn into a success what never ran or failed.
        def karafka_never_ran(why)
          raise Errors::UnsupportedCaseError, "#{why}: the batch is retried"
        end

        def karafka_guarded(hook)
          yield
        rescue StandardError => e
          karafka_occurred(e, "consumer.#{hook}.error")
        end

        def karafka_occurred(error, type, **details)
          karafka_instrument("error.occurred", error:, type:, **details)
        end

        # Most events tell nothing but whose they are, and each batch has many: their payload is made once.
        def karafka_instrument(event, details = nil, &block)
          payload = details ? { caller: self, **details } : (@karafka_payload ||= { caller: self })
          Karafka.monitor.instrument(event, payload, &block)
        end
      end
    end
  end
end
