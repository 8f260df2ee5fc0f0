# frozen_string_literal: true

module WaterDrop
  module Instrumentation
    # The bus of events that belong to no single producer.
    class ClassNotifications < Karafka::Core::Monitoring::Notifications
      EVENTS = %w[
        producer.created producer.configured
        connection_pool.created connection_pool.setup connection_pool.shutdown connection_pool.reload
        connection_pool.reloaded
      ].freeze
      private_constant :EVENTS

      def initialize
        super
        EVENTS.each { |event_id| register_event(event_id) }
      end
    end
  end
end
