# frozen_string_literal: true

module Karafka
  module Core
    module Helpers
      # Two clocks: one to compare with, one to show. May be included or extended.
      module Time
        # @return [Float] milliseconds of the monotonic clock; only differences mean something
        def monotonic_now
          ::Process.clock_gettime(::Process::CLOCK_MONOTONIC, :float_millisecond)
        end

        # @return [Float] seconds since the epoch, wall clock
        def float_now
          ::Process.clock_gettime(::Process::CLOCK_REALTIME)
        end
      end
    end
  end
end
