# frozen_string_literal: true

module Karafka
  module Encryption
    # Which topics an envelope may have been sealed for, by the topic that it lies in: that topic, those of
    # `accepted_origins`, and those whose dead letters the routes send there. Headers are never asked.
    class Origins
      # @param accepted [Hash{String => Array<String>}]
      def initialize(accepted)
        @accepted = accepted
      end

      # @param topic [String]
      # @return [Array<String>]
      def accepted(topic)
        [topic, *@accepted[topic], *dead_letters_to(topic)]
      end

      # @param topic [String] where the record lies
      # @param bound [String] what it was sealed for
      # @return [Boolean]
      def accept?(topic, bound)
        accepted(topic).include?(bound)
      end

      private

      def dead_letters_to(name)
        App.routes.flat_map { |group| group.topics.to_a }.filter_map do |topic|
          topic.name if topic.dead_letter_queue? && topic.dead_letter_queue.topic == name
        end
      end
    end
  end
end
