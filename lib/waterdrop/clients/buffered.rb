# frozen_string_literal: true

module WaterDrop
  module Clients
    # Keeps what was sent, for tests. In a transaction messages show after its commit.
    class Buffered < Dummy
      # @return [Array<Hash>] copies of what was sent, in order
      attr_accessor :messages

      def initialize(*)
        super
        @mutex = Mutex.new
        @pending = nil
        clear
      end

      # @param message [Hash]
      # @return [Dummy::Handle]
      def produce(message)
        @mutex.synchronize do
          handle = super(**message)
          @pending ? @pending << message.dup : keep(message.dup)
          handle
        end
      end

      def begin_transaction
        @mutex.synchronize { @pending = [] }
        true
      end

      def commit_transaction
        @mutex.synchronize do
          @pending&.each { |message| keep(message) }
          @pending = nil
        end
        true
      end

      def abort_transaction
        @mutex.synchronize { @pending = nil }
        true
      end

      # Offsets go nowhere.
      def send_offsets_to_transaction(_consumer, _tpl, _timeout)
        nil
      end

      # @param topic [String]
      # @return [Array<Hash>]
      def messages_for(topic)
        @topics[topic]
      end

      # Forgets what was sent; offsets go on counting.
      def reset
        @mutex.synchronize { clear }
        nil
      end

      private

      def clear
        @messages = []
        @topics = Hash.new { |topics, topic| topics[topic] = [] }
      end

      def keep(message)
        @messages << message
        @topics[message[:topic]] << message
      end
    end
  end
end
