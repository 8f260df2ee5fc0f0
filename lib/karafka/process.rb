# frozen_string_literal: true

module Karafka
  # Signals of this process.
  #
  # A trap only starts a thread (locks and most of Ruby are out of bounds in it), which publishes
  # `process.notice_signal` and then runs the callbacks. A callable handler that was installed
  # before ours still runs, at once, in the trap.
  class Process
    extend Core::Taggable

    # Those that callbacks can be given for. The last is named as the public API names it.
    SIGNALS = {
      sigint: "SIGINT",
      sigquit: "SIGQUIT",
      sigterm: "SIGTERM",
      sigttin: "SIGTTIN",
      sigtstp: "SIGTSTP",
      sigchld: "SIGCHLD",
      siguser1: "SIGUSR1"
    }.freeze

    def initialize
      @callbacks = Hash.new { |all, signal| all[signal] = [] }
      @any_active = []
      @previous = {}
      @traps = {}
      @supervised = false
    end

    SIGNALS.each do |name, signal|
      define_method(:"on_#{name}") { |&block| @callbacks[signal] << block }
    end

    # @yield at any signal that has a callback of its own
    def on_any_active(&block)
      @any_active << block
    end

    # Forgets the callbacks. Traps that were installed stay and do nothing but publish.
    def clear
      @callbacks.clear
      @any_active.clear
    end

    # Installs traps for the signals that have callbacks; the others are left alone.
    def supervise
      @callbacks.each { |signal, callbacks| trap_signal(signal) unless callbacks.empty? }
      @supervised = true
    end

    # @return [Boolean] signals are handled here
    def supervised?
      @supervised
    end

    private

    def trap_signal(signal)
      handler = ->(number) { handle(signal, number) }
      replaced = ::Signal.trap(signal, handler)
      # A second run must not chain to the trap of the first.
      @previous[signal] = replaced unless replaced.equal?(@traps[signal])
      @traps[signal] = handler
    end

    def handle(signal, number)
      Thread.new { notice(signal) }
      previous = @previous[signal]
      previous.call(number) if previous.respond_to?(:call)
    end

    # Neither a subscriber nor a callback that raises keeps the next callback from running: one of
    # them is the stop.
    def notice(signal)
      contain { Karafka.monitor.instrument("process.notice_signal", caller: self, signal: signal.to_sym) }
      callbacks = @callbacks.fetch(signal) { return }
      [*@any_active, *callbacks].each { |callback| contain(&callback) }
    end

    def contain
      yield
    rescue StandardError, ScriptError => e
      report(e)
    end

    def report(error)
      Karafka.monitor.instrument("error.occurred", caller: self, error:, type: "process.notice_signal.error")
    rescue StandardError
      Karafka.logger.error("#{error.class} - #{error.message}")
    end
  end
end
