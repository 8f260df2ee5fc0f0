# frozen_string_literal: true

module Demo
  module Lanes
    # One act in the end: what was paid beside what Kafka has, its committed offset and its dead letters.
    class Account
      # @return [Integer] lanes of the act
      attr_reader :lanes
      # @return [Integer, nil] next offset of the group in Kafka; nil if it could not be asked
      attr_reader :committed
      # @return [Books]
      attr_reader :books
      # @return [String, nil] why the act ended before its time
      attr_reader :trouble

      # @param lanes [Integer]
      # @param payments [Payments]
      # @param books [Books]
      # @param committed [Integer, nil]
      # @param letters [Array<Integer>] offsets whose payments are among the dead letters, unchanged
      # @param trouble [String, nil]
      def initialize(lanes, payments, books, committed:, letters:, trouble: nil)
        @lanes = lanes
        @payments = payments
        @books = books
        @committed = committed
        @letters = letters.tally
        @trouble = trouble
        @paid = books.paid
      end

      def sent = @payments.sent.size
      def paid = @paid.size
      def letters = @letters.size

      # @return [Integer, nil] behind the group for good, and neither paid nor among the dead letters
      def lost
        return unless @committed

        done = @paid.keys | @letters.keys
        (passed - done).size
      end

      # @return [Integer]
      def twice
        @paid.values.sum { |times| times - 1 } + @letters.values.sum { |times| times - 1 } +
          @letters.keys.count { |offset| @paid.key?(offset) }
      end

      # @return [Integer, nil] that a next start would read
      def left
        sent - passed.size if @committed
      end

      # @return [Integer, nil] of those, how many were paid already and would be paid again
      def again
        @paid.keys.count { |offset| offset >= @committed } if @committed
      end

      # @return [Boolean] nothing is left to do, and the one payment that cannot be made is a dead letter
      def complete?
        poison = @payments.sent.keys.select { |offset| @payments.sent[offset].number == @payments.poison }
        left&.zero? && paid + letters == sent && @letters.keys == poison
      end

      # @return [Boolean] nothing is wrong, however far it came
      def fine?
        @trouble.nil? && !@committed.nil? && [lost, twice, @books.changed, @books.overtaken].all?(&:zero?)
      end

      private

      # Offsets that the group does not read again.
      def passed
        @payments.sent.keys.select { |offset| offset < @committed }
      end
    end
  end
end
