# frozen_string_literal: true

module Karafka
  # Starts listeners and workers and leads them until all have ended. On the thread that runs the
  # server.
  class Runner
    # @return [nil]
    # @raise [Exception] what crashed it, after having told and stopped what runs
    def call
      lead unless App.done?
      nil
    rescue Exception => e # rubocop:disable Lint/RescueException
      crashed(e)
      raise
    end

    # @return [Connection::Manager]
    def manager
      App.config.internal.connection.manager
    end

    # @return [Connection::Conductor]
    def conductor
      App.config.internal.connection.conductor
    end

    private

    def lead
      listeners = Server.listeners.to_a
      App.run!
      # Stopped meanwhile: whoever stopped has seen no listener, so none may start any more.
      return if App.done?

      manager.register(listeners)
      Server.workers.scale(App.config.concurrency)
      until manager.done?
        conductor.wait
        manager.control
        Server.workers.join_ended
      end
      # A listener counts as stopped a little before its thread has said its last word.
      listeners.each(&:join)
      Server.jobs_queue.close
      Server.workers.join
    end

    def crashed(error)
      Karafka.monitor.instrument("error.occurred", caller: self, error:, type: "runner.call.error")
    ensure
      App.stop!
      Server.jobs_queue.close
      Server.listeners.active.each(&:stop!)
      [*Server.listeners.active, *Server.workers.alive].each { |thread| end_of(thread) }
    end

    def end_of(thread)
      thread.join(App.config.shutdown_timeout / 1_000.0)
    rescue Exception # rubocop:disable Lint/RescueException
      # The first error is the one that is raised.
      nil
    end
  end
end
