# frozen_string_literal: true

module Karafka
  module Processing
    module ConsumerGroups
      module Filters
        # The filters of one partition, in the order of their registration. Only asks them: what follows from
        # their answers is decided by the engine.
        class Chain
          # @param topic [Routing::Topic]
          # @param partition [Integer]
          def initialize(topic, partition)
            @topic = topic
            @filters = topic.filtering.factories.map { |factory| factory.call(topic, partition) }
          end

          # Lets each filter change what its predecessor left. On the listener thread.
          #
          # @param batch [Native::Batch] what lanes have not done yet
          # @param state [Native::Partition] is told what they left, and where they want to go on
          # @return [Native::Batch] the same, where they left all of it
          # @raise [Exception] whatever a filter raises
          def call(batch, state)
            # What lanes have done leaves filters nothing to want.
            @seen = !batch.size.zero?
            return batch unless @seen

            whole = batch.routed(@topic).with_messages
            messages = whole.messages(Messages::Message).dup
            @filters.each { |filter| filter.apply!(messages) }
            left = whole.left(messages)
            state.filter(left.last_offset, lowest_cursor)
            left
          end

          # Asks what they want, once a run is over. On the worker that ended it.
          #
          # @return [Array<Array>] as `Native::Partition#answer_filters` takes them
          # @raise [Errors::UnsupportedCaseError] an action or a marking method that nobody knows, or a seek
          #   to nowhere
          def wishes
            @cursors = {}
            return [] unless @seen

            @filters.select(&:applied?).map { |filter| wish(filter) }
          end

          # @param offset [Integer]
          # @return [Messages::Message, Messages::Seek] the cursor of {#wishes} with this offset
          def cursor_at(offset)
            @cursors.fetch(offset)
          end

          private

          def lowest_cursor
            @filters.filter_map { |filter| filter.cursor&.offset if filter.applied? }.min
          end

          # The timeout first: of a delay that ends between the questions, nothing is left to wait for.
          def wish(filter)
            timeout = filter.timeout
            action = filter.action
            cursor = filter.cursor
            check(filter, action, cursor)
            @cursors[cursor.offset] ||= cursor if cursor
            [action, timeout&.ceil, cursor&.offset, *mark(filter)]
          end

          def mark(filter)
            return [nil, false] unless filter.mark_as_consumed?

            method = filter.marking_method
            unless %i[mark_as_consumed mark_as_consumed!].include?(method)
              refuse(filter, "wants to mark by #{method.inspect}")
            end

            [filter.marking_cursor&.offset, method == :mark_as_consumed!]
          end

          def check(filter, action, cursor)
            refuse(filter, "answered action #{action.inspect}") unless Actions::ALL.include?(action)
            refuse(filter, "wants to seek and has no cursor") if action == Actions.seek && cursor.nil?
          end

          def refuse(filter, what)
            raise Errors::UnsupportedCaseError, "#{filter.class}, a filter of #{@topic.name}, #{what}"
          end
        end
      end
    end
  end
end
