# frozen_string_literal: true

require_relative "usage"

# Collects delays and reports when all measured messages are there.
class Delays
  def initialize(expected)
    @expected = expected
    @delays = []
    @lock = Mutex.new
  end

  def add(payloads)
    now = Usage.nanoseconds
    @lock.synchronize do
      payloads.each do |payload|
        next unless payload.start_with?("m")

        @cpu ||= Usage.cpu
        @delays << (now - payload.byteslice(2..).to_i)
      end
      finish if @delays.size >= @expected
    end
  end

  private

  def finish
    sorted = @delays.sort
    Usage.report(messages: sorted.size, cpu: Usage.cpu - @cpu,
                 median: sorted[sorted.size / 2] / 1e6, p99: sorted[sorted.size * 99 / 100] / 1e6)
    exit!(0)
  end
end
