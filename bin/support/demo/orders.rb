# frozen_string_literal: true

require_relative "clock"
require "json"
require "zlib"

module Demo
  # Produces numbered orders on a thread of its own, in batches that are acknowledged before the next
  # one: never more than {WINDOW} orders ahead of the consumers, as the broker inside keeps only the
  # last 5 MB of a partition.
  class Orders
    WINDOW = 40_000
    BATCH = 1_000
    private_constant :WINDOW, :BATCH

    # @return [Integer] orders that the broker acknowledged; their numbers are 0 to this, exclusive
    attr_reader :acknowledged
    # @return [Integer] sum of the checksums of all payloads
    attr_reader :checksum
    # @return [Exception, nil] what ended it too early
    attr_reader :error

    # @param producer [WaterDrop::Producer]
    # @param topic [String]
    # @param receipts [Receipts]
    # @param rate [Integer, nil] orders a second at most
    def initialize(producer, topic, receipts, rate)
      @producer = producer
      @topic = topic
      @receipts = receipts
      @rate = rate
      @acknowledged = @checksum = 0
      @ends = Hash.new(0)
    end

    def start
      @thread = Thread.new { produce }
      @thread.name = "demo.orders"
    end

    # Lets the last batch be acknowledged.
    def stop
      @stopping = true
      @thread.join
    end

    # @return [Hash{Integer => Integer}] the offset after the last acknowledged order of each partition
    def ends
      @ends.dup
    end

    private

    def produce
      started_at = Demo.now
      until @stopping
        next unless @receipts.await(0.1) { |consumed| @acknowledged - consumed <= WINDOW - BATCH }

        send_batch(allowed(started_at))
      end
    rescue StandardError => e
      @error = e
    end

    # How many the rate leaves; waits until it leaves some.
    def allowed(started_at)
      return BATCH unless @rate

      due = ((Demo.now - started_at) * @rate).floor - @acknowledged
      sleep(0.01) if due < 1
      due.clamp(0, BATCH)
    end

    def send_batch(count)
      return if count.zero?

      orders = Array.new(count) { |index| order(@acknowledged + index) }
      handles = @producer.produce_many_sync(orders)
      handles.each do |handle|
        report = handle.create_result
        @ends[report.partition] = [@ends[report.partition], report.offset + 1].max
      end
      @checksum += orders.sum { |one| Zlib.crc32(one[:payload]) }
      @acknowledged += count
    end

    def order(number)
      customer = "customer-#{number % 997}"
      cents = 100 + (number * 7_919 % 9_900)
      { topic: @topic, key: customer,
        payload: JSON.generate(order: number, customer:, cents:) }
    end
  end
end
