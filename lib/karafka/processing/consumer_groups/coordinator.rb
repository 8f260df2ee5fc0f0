# frozen_string_literal: true

require "monitor"

module Karafka
  module Processing
    module ConsumerGroups
      # Ruby's view of one assigned partition. All of its state is native (`Native::Partition`); this
      # only asks and tells. Threads: any.
      class Coordinator
        # @return [Routing::Topic]
        attr_reader :topic
        # @return [Integer]
        attr_reader :partition
        # @return [Native::Partition]
        attr_reader :state
        # @return [ErrorsTracker] errors since the last success
        attr_reader :errors_tracker
        # @return [Schedulers::Durations] of its runs
        attr_reader :durations

        # @param topic [Routing::Topic]
        # @param partition [Integer]
        # @param client [Connection::Client, nil] nil: nothing is ever stored, committed or lost
        def initialize(topic, partition, client = nil)
          @topic = topic
          @partition = partition
          @long_running = topic.long_running_job?
          @lanes = topic.virtual_partitions? || settings.partitioner_class != Partitioner
          @state = client ? client.partition_state(topic, partition, **features) : detached
          @attached = @state.attached?
          @monitor = Monitor.new
          @durations = Schedulers::Durations.new
          @errors_tracker = (settings.errors_tracker_class || ErrorsTracker).new(topic, partition)
        end

        # @return [Boolean] a connection serves it
        def attached?
          @attached
        end

        # @param message [Messages::Message, Messages::Seek]
        # @return [Boolean] it is of this very partition; without a connection whatever a spec built is
        def covers?(message)
          !@attached || @state.covers?(message)
        end

        # @return [Integer, nil] first unprocessed offset; nil before the first batch and after a
        #   resetting seek
        def seek_offset
          @state.next_offset
        end

        # @param offset [Integer, nil]
        def seek_offset=(offset)
          @state.move_to(offset)
        end

        # @return [Boolean] the position was set by a mark, a seek or {#seek_offset=}
        def marked?
          @state.ever_marked?
        end

        # @return [Boolean] also when the group has just taken everything away
        def revoked?
          @state.revoked?
        end

        # The partition is given away.
        def revoke
          @state.revoke
        end

        # @return [Boolean] the newest poll that brought something for the partition brought its end
        def eofed?
          @state.eof?
        end

        # @return [Boolean] the run is linear although the topic has virtual partitions
        def collapsed?
          @state.collapsed?
        end

        # @return [Boolean] a lane of this run has failed already
        def failing?
          @state.failing?
        end

        # @return [Boolean] several consumers may work on a batch: a custom engine may always ask for it
        def lanes?
          @lanes
        end

        # @return [Boolean] polling goes on while its runs last
        def long_running?
          @long_running
        end

        # @return [Filters::Chain] made for the first batch: filters of an assignment see all of it
        def filters
          @filters ||= Filters::Chain.new(@topic, @partition)
        end

        # The users' own lock of the partition: nothing of ours waits for it.
        #
        # @return [Object] of the block
        def synchronize(&block)
          @monitor.synchronize(&block)
        end

        # @return [Integer] runs made from the current position
        def attempt
          @state.attempt
        end

        # @return [Boolean] the user paused in this run
        def manual_pause?
          @state.user_paused?
        end

        # @return [Boolean] the user sought in this run
        def manual_seek?
          @state.sought?
        end

        # Remembers that the user sought.
        def manual_seek
          @state.user_sought
        end

        # @return [String]
        def inspect
          place = "topic=#{@topic.name.inspect} partition=#{@partition}"
          "#<#{self.class.name} #{place} seek_offset=#{seek_offset.inspect}>"
        end

        private

        def settings
          App.config.internal.processing.consumer_groups
        end

        def features
          pause = @topic.pause
          {
            manual_offsets: @topic.manual_offset_management?, lanes: lanes?,
            exact_metadata: @topic.virtual_partitions? &&
              @topic.virtual_partitions.offset_metadata_strategy == :exact,
            long_running: @long_running, dead_letters:, filtering: @topic.filtering?, periodic:,
            timeout: pause.timeout, max_timeout: pause.max_timeout,
            exponential: pause.with_exponential_backoff
          }
        end

        def dead_letters
          return unless @topic.dead_letter_queue?

          queue = @topic.dead_letter_queue
          [queue.max_retries, !queue.strategy.nil?, @topic.mark_after_dispatch?, queue.independent?]
        end

        def periodic
          return unless @topic.periodic_job?

          ticks = @topic.periodic_job
          [ticks.interval, ticks.during_pause?, ticks.during_retry?]
        end

        def detached
          Native::Partition.detached(@topic.name, @partition, features)
        end
      end
    end
  end
end
