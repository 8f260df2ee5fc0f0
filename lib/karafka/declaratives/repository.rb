# frozen_string_literal: true

module Karafka
  module Declaratives
    # All declarations, one a name, in the order of their first mention.
    class Repository
      include Enumerable

      def initialize
        @topics = {}
        @changing = Mutex.new
      end

      # @param name [String, Symbol]
      # @return [Topic, nil]
      def find(name)
        @topics[name.to_s]
      end

      # @param name [String, Symbol]
      # @yieldparam topic [Topic] only if it is new
      # @return [Topic]
      def find_or_create(name)
        find(name) || begin
          topic = Topic.new(name)
          yield(topic) if block_given?
          add(topic)
        end
      end

      # @param topic [Topic]
      # @return [Topic] the one that counts: the first of its name
      def add(topic)
        @changing.synchronize do
          @topics = { **@topics, topic.name => topic }.freeze unless @topics.key?(topic.name)
        end
        find(topic.name)
      end

      # @return [Array<Topic>] those the `topics` commands manage
      def active
        select(&:active?)
      end

      # @yieldparam topic [Topic]
      # @return [Repository, Enumerator]
      def each(&block)
        return to_enum { size } unless block

        @topics.each_value(&block)
        self
      end

      # @return [Integer]
      def size
        @topics.size
      end

      # @return [Boolean]
      def empty?
        @topics.empty?
      end

      # Forgets all declarations.
      def clear
        @changing.synchronize { @topics = {} }
        self
      end
    end
  end
end
