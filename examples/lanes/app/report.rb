# frozen_string_literal: true

require "json"
require "singleton"
require "zlib"

# Tells what happens, a line of JSON each. From any thread.
class Report
  include Singleton

  def initialize
    @lock = Mutex.new
    @lanes = 0
    $stdout.sync = true
  end

  # @return [Integer]
  def next_lane
    @lock.synchronize { @lanes += 1 }
  end

  # A lane begins.
  def run(consumer, collapsed)
    write(event: "run", lane: consumer.lane, payments: consumer.messages.size, collapsed:)
  end

  # A lane has no more to do.
  def rest(consumer)
    write(event: "rest", lane: consumer.lane)
  end

  # Written before the message is marked: what comes twice shows.
  def paid(consumer, message)
    write(event: "paid", lane: consumer.lane, offset: message.offset, key: message.key,
          crc: Zlib.crc32(message.raw_payload))
  end

  # @!group Events of Karafka

  def on_error_occurred(event)
    consumer = event[:caller]
    lane = consumer.lane if event[:type] == "consumer.consume.error"
    write(event: "error", type: event[:type], lane:, text: event[:error].message)
  end

  def on_dead_letter_queue_dispatched(event)
    write(event: "letter", lane: event[:caller].lane, offset: event[:message].offset)
  end

  private

  # Nobody to tell is nobody to work for.
  def write(fields)
    @lock.synchronize { $stdout.puts(JSON.generate(fields)) }
  rescue Errno::EPIPE
    exit!(1)
  end
end
