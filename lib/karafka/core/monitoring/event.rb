# frozen_string_literal: true

module Karafka
  module Core
    module Monitoring
      # One published event. Built only when somebody listens.
      class Event
        # @return [String] name of the event
        attr_reader :id

        # @param id [String]
        # @param payload [Hash{Symbol => Object}] kept by reference
        # @param time [Float, nil] measured milliseconds of the instrumented block
        def initialize(id, payload, time = nil)
          @id = id
          @payload = payload
          @time = time
        end

        # @return [Hash] the very Hash that was published; if a time was measured, a copy with
        #   `:time`, which wins over a `:time` that was passed
        def payload
          @time ? @payload.merge(time: @time) : @payload
        end

        # @param name [Symbol]
        # @return [Object]
        # @raise [KeyError] the event carries no such key, or was not timed
        def [](name)
          return @time if @time && name == :time

          @payload.fetch(name)
        end
      end
    end
  end
end
