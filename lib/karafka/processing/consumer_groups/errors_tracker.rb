# frozen_string_literal: true

require "securerandom"

module Karafka
  module Processing
    module ConsumerGroups
      # Errors of a partition's `consume` since its last success, newest last. Shared by everything that
      # works on the partition; any thread may read while another adds.
      class ErrorsTracker
        include Enumerable

        # Errors kept; older ones go.
        LIMIT = 100

        # @return [Routing::Topic]
        attr_reader :topic
        # @return [Integer]
        attr_reader :partition
        # @return [String, nil] UUID of the newest error; reports and dead letters can be told by it
        attr_reader :trace_id

        # @param topic [Routing::Topic]
        # @param partition [Integer]
        # @param limit [Integer]
        def initialize(topic, partition, limit = LIMIT)
          @topic = topic
          @partition = partition
          @limit = limit
          @mutex = Mutex.new
          clear
        end

        # @param error [Exception]
        def <<(error)
          @mutex.synchronize do
            @errors = [*@errors, error].last(@limit).freeze
            @trace_id = SecureRandom.uuid
          end
          self
        end

        # Forgets all of them.
        def clear
          @mutex.synchronize do
            @errors = [].freeze
            @trace_id = nil
          end
        end

        # @yieldparam error [Exception] oldest first
        def each(&block)
          @errors.each(&block)
        end

        # @return [Exception, nil] the newest
        def last
          @errors.last
        end

        # @return [Integer]
        def size
          @errors.size
        end

        # @return [Boolean]
        def empty?
          @errors.empty?
        end

        # @return [Hash{Class => Integer}] how many of each class
        def counts
          @errors.map(&:class).tally
        end
      end
    end
  end
end
