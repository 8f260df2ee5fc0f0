# frozen_string_literal: true

# What a bench program in Ruby reports: one JSON line, as `limit` does.
module Usage
  # Seconds of CPU of all threads of this process.
  def self.cpu = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)

  def self.now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  # Nanoseconds of the clock that all bench programs share.
  def self.nanoseconds = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)

  def self.report(fields)
    line = fields.map { |name, value| "\"#{name}\":#{value}" }.join(",")
    $stdout.puts("{#{line},\"rss\":#{peak_mb}}")
    $stdout.flush
  end

  # Peak resident memory: what the kernel kept, without starting another process.
  def self.peak_mb = memory_mb("VmHWM")

  # Resident memory now.
  def self.resident_mb = memory_mb("VmRSS")

  def self.memory_mb(name) = File.read("/proc/self/status")[/#{name}:\s+(\d+)/, 1].to_i / 1000.0
end
