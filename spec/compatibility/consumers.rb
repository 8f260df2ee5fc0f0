# frozen_string_literal: true

module Compatibility
  # The consumers of a {Scenario}: with `consume` of the app's own, or with jobs.
  module Consumers
    class << self
      # @param scenario [Scenario]
      # @return [Class]
      def of(scenario)
        klass = scenario.has?(:jobs) ? jobs(scenario) : plain(scenario)
        klass.class_eval do
          # Marks that the framework makes go through the same transactions.
          define_method(:initialized) { self.producer = scenario.producer if scenario.producer }
          define_method(:eofed) { scenario.ended }
          define_method(:tick) { scenario.ticked }
        end
        klass
      end

      private

      def plain(scenario)
        Class.new(Karafka::BaseConsumer) do
          define_method(:consume) do
            messages.each { |message| scenario.has?(:transaction) ? transact(message) : finish(message) }
          end

          define_method(:finish) do |message, &before_mark|
            scenario.see(message)
            scenario.work(scenario.number(message)) do
              before_mark&.call
              mark_as_consumed(message, *(scenario.has?(:metadata) ? ["at #{message.offset}"] : []))
            end
          end

          define_method(:transact) do |message|
            transaction do
              finish(message) { produce_async(topic: scenario.copies, payload: message.raw_payload) }
            end
          end
        end
      end

      # As an app would extend the consumer of jobs, which marks each job by itself: in a transaction, with
      # a text.
      def jobs(scenario)
        Class.new(Karafka::ActiveJob::Consumer) do
          define_method(:consume_job) do |message|
            scenario.see(message)
            store_offset_metadata("at #{message.offset}") if scenario.has?(:metadata)
            next super(message) unless scenario.has?(:transaction)

            transaction do
              super(message)
              produce_async(topic: scenario.copies, payload: message.raw_payload)
              mark_as_consumed(message)
            end
          end
        end
      end
    end
  end
end
