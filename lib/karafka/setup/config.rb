# frozen_string_literal: true

module Karafka
  module Setup
    # The settings of the app and the order in which setup brings them to life.
    class Config
      extend Core::Configurable

      config.instance_exec(&Settings::ROOT)

      class << self
        # Contracts of features, which check the settings that they added, after the core's own.
        #
        # @return [Array<Contracts::Base>]
        def contracts
          @contracts ||= [Encryption::Contract.new, ScheduledMessages::Contracts::Settings.new]
        end

        # Called with the settings at the end of each setup, before the app counts as initialized.
        #
        # @return [Array<#call>] of features; what they do must be repeatable
        def after_setup
          @after_setup ||= [Processing::InlineInsights, Encryption]
        end

        # May be called again: settings add up, the producer stays, listeners are not doubled.
        #
        # @yieldparam config [Dsl] settings to assign
        # @return [nil]
        # @raise [Errors::InvalidConfigurationError] what was assigned stays, nothing was built
        def setup(&block)
          dsl = Dsl.new(config)
          yield(dsl) if block
          verify
          listen_to(config.oauth.token_provider_listener)
          config.producer ||= DefaultProducer.build(config)
          dsl.producer_block&.call(config.producer.config)
          finish
          nil
        end

        private

        def verify
          data = config.settled_h
          [Contracts::Config.new, *contracts].each { |contract| contract.validate!(data, scope: %w[config]) }
          GemConflicts.verify!
        end

        def finish
          Karafka.refresh!
          after_setup.each { |hook| hook.call(config) }
          listen_to(Instrumentation::CriticalErrorsListener.instance)
          listen_to(Instrumentation::AssignmentsTracker.instance)
          config.internal.status.initialized!
        end

        # Once on each monitor, however often setup runs.
        def listen_to(listener)
          return unless listener
          return if config.monitor.listeners.any? { |_, found| found.any? { |one| one.equal?(listener) } }

          config.monitor.subscribe(listener)
        end
      end
    end
  end
end
