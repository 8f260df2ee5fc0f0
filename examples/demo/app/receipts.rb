# frozen_string_literal: true

require "singleton"
require "zlib"

# What was consumed, kept so that lost and doubled orders show. Consumers write from several threads.
class Receipts
  include Singleton

  # One partition: how many orders, the offset that comes next, and how often it was another one.
  Partition = Struct.new(:orders, :next_offset, :gaps)

  # @return [Integer] orders consumed
  attr_reader :total
  # @return [Integer] orders that came more than once
  attr_reader :doubled
  # @return [Integer] sum of the checksums of all payloads
  attr_reader :checksum

  def initialize
    @lock = Mutex.new
    @changed = ConditionVariable.new
    @total = @doubled = @checksum = 0
    # One byte an order, by its number.
    @seen = String.new(encoding: Encoding::BINARY)
    @partitions = {}
  end

  # @param partition [Integer]
  # @param messages [Karafka::Messages::Messages]
  def take(partition, messages)
    orders = messages.map { |message| [message.offset, message.payload.fetch("order"), message.raw_payload] }
    @lock.synchronize do
      orders.each { |offset, number, payload| write(partition, offset, number, payload) }
      @changed.broadcast
    end
  end

  # @return [Hash{Integer => Partition}] a copy
  def partitions
    @lock.synchronize { @partitions.transform_values(&:dup).sort.to_h }
  end

  # @param numbers [Range<Integer>] of orders that were acknowledged
  # @return [Integer] how many of them never came
  def lost(numbers)
    @lock.synchronize { numbers.count { |number| @seen.getbyte(number) != 1 } }
  end

  # Waits until the block, asked after each batch, says yes.
  #
  # @param seconds [Numeric]
  # @yieldparam total [Integer]
  # @return [Boolean] it did in time
  def await(seconds)
    deadline = now + seconds
    @lock.synchronize do
      until yield(@total)
        left = deadline - now
        return false if left <= 0

        @changed.wait(@lock, left)
      end
    end
    true
  end

  private

  def write(partition, offset, number, payload)
    row = @partitions[partition] ||= Partition.new(0, offset, 0)
    row.gaps += 1 if offset != row.next_offset
    row.next_offset = offset + 1
    row.orders += 1
    @total += 1
    @checksum += Zlib.crc32(payload)
    @seen << ("\0" * (number + 65_536 - @seen.bytesize)) if number >= @seen.bytesize
    @doubled += 1 if @seen.getbyte(number) == 1
    @seen.setbyte(number, 1)
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
