# frozen_string_literal: true

require "forwardable"

module Karafka
  module Routing
    # Topics of a group. Readers see a snapshot: each change replaces the Array, so that a topic
    # may be added from one thread while another walks the collection.
    class Topics
      include Enumerable
      extend Forwardable

      def_delegators :@items, :[], :empty?, :last, :size

      # @param items [Array<Topic>]
      # @param discovery [#call, nil] makes topics of names that are not there
      def initialize(items = [], discovery = nil)
        @items = items.to_a.dup.freeze
        @discovery = discovery
        @changing = Mutex.new
      end

      # @yieldparam topic [Topic]
      # @return [Topics, Enumerator]
      def each(&block)
        return to_enum { size } unless block

        @items.each(&block)
        self
      end

      # @param topic_name [String] a Symbol finds nothing
      # @return [Topic]
      # @raise [Errors::TopicNotFoundError] no topic of that name
      def find(topic_name)
        named(topic_name) || @discovery&.call(topic_name) ||
          raise(Errors::TopicNotFoundError, topic_name.to_s)
      end

      # Adds a topic, unless there is one of its name.
      #
      # @param topic [Topic]
      # @return [Topic] the one that is there now
      def register(topic)
        change { |items| items << topic if items.none? { |item| item.name == topic.name } }
        named(topic.name)
      end

      # @param topic [Topic]
      # @return [Topics]
      def <<(topic)
        change { |items| items << topic }
      end

      # @yieldparam topic [Topic]
      # @return [Topics]
      def delete_if(&block)
        change { |items| items.delete_if(&block) }
      end

      # @yieldparam topic [Topic]
      # @return [Topics]
      def map!(&block)
        change { |items| items.map!(&block) }
      end

      # @yieldparam topic [Topic]
      # @return [Topics]
      def sort_by!(&block)
        change { |items| items.sort_by!(&block) }
      end

      # @return [Topics]
      def reverse!
        change(&:reverse!)
      end

      private

      def named(topic_name)
        @items.find { |topic| topic.name == topic_name }
      end

      def change
        @changing.synchronize do
          items = @items.dup
          yield(items)
          @items = items.freeze
        end
        self
      end
    end
  end
end
