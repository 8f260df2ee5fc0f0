# frozen_string_literal: true

module Karafka
  module ActiveJob
    # `karafka_options` of job classes. `require "active_job/karafka"` extends `ActiveJob::Base`.
    module JobExtensions
      # The topmost class that is extended begins without options; others inherit.
      #
      # @param klass [Class]
      def self.extended(klass)
        return if klass.instance_variable_defined?(:@karafka_options)
        return if klass.superclass.respond_to?(:karafka_options)

        klass.instance_variable_set(:@karafka_options, {})
      end

      # Reads the options, or sets some of them for this class and what inherits from it afterwards.
      #
      # @param new_options [Hash{Symbol => Object}]
      # @option new_options [Symbol] :dispatch_method `:produce_async` (default) or `:produce_sync`
      # @option new_options [Symbol] :dispatch_many_method `:produce_many_async` (default) or
      #   `:produce_many_sync`
      # @option new_options [#call] :partitioner answers, for a job, where it goes; nil for anywhere
      # @option new_options [Symbol] :partition_key_type what the partitioner answers: `:key` (default),
      #   `:partition_key` or `:partition` (an Integer)
      # @option new_options [#call] :producer answers, for a job, its producer or a variant of one
      # @option new_options [String, Symbol] :scheduled_messages_topic
      # @return [Hash{Symbol => Object}] the class's own, or a copy of what it inherits
      # @raise [Errors::InvalidConfigurationError] paths are `active_job.OPTION`; nothing has changed
      def karafka_options(new_options = {})
        current = @karafka_options || superclass.karafka_options.dup
        return current if new_options.empty?

        App.config.internal.active_job.job_options_contract.validate!(new_options, scope: ["active_job"])
        @karafka_options = current.merge(new_options)
      end
    end
  end
end
