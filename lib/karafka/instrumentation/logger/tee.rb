# frozen_string_literal: true

module Karafka
  module Instrumentation
    class Logger < ::Logger
      # Writes to several devices.
      class Tee
        # @param devices [Array<IO, nil>] missing ones are left out
        def initialize(*devices)
          @devices = devices.compact
        end

        # @param content [Array<String>]
        def write(*content)
          @devices.each { |device| device.write(*content) }
        end

        # Standard output is not ours to close.
        def close
          @devices.each { |device| device.close unless device.equal?($stdout) || device.equal?($stderr) }
        end
      end
    end
  end
end
