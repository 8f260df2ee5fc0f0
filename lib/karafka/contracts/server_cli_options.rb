# frozen_string_literal: true

module Karafka
  module Contracts
    # Filters of a process: what they name must be routed, and something must be left to run. Gets
    # `ActivityManager#to_h`, missing lists counting as empty. Only the first failure is reported.
    class ServerCliOptions < Base
      # Kind of name => how a message calls it.
      KINDS = {
        consumer_groups: "consumer group",
        subscription_groups: "subscription group",
        topics: "topic"
      }.freeze

      %i[include exclude].product(KINDS.keys) do |action, kind|
        list = :"#{action}_#{kind}"

        virtual do |options, errors, contract|
          next if errors.any?

          # What a pattern will match is not known yet.
          next if list == :exclude_topics && contract.patterns?

          unknown = Array(options[list]).map(&:to_s) - contract.names(kind)
          next if unknown.empty?

          [[[list], "Unknown #{KINDS.fetch(kind)} name: #{unknown.map(&:inspect).join(", ")}"]]
        end
      end

      virtual do |options, errors, contract|
        next if errors.any? || contract.anything_left?(options)

        [[%i[include_topics], "No topics to subscribe to"]]
      end

      # @param kind [Symbol] key of {KINDS}
      # @return [Array<String>] all routed names of that kind, inactive ones included
      def names(kind)
        case kind
        when :consumer_groups then routes.map(&:name)
        when :subscription_groups then routes.flat_map { |group| group.subscription_groups.map(&:name) }
        when :topics then routes.flat_map { |group| group.topics.map(&:name) }
        end
      end

      # @return [Boolean] is one routed
      def patterns?
        routes.any? { |group| group.topics.any?(&:patterns?) }
      end

      # @param options [Hash{Symbol => Array<String>}]
      # @return [Boolean] does a topic pass these filters
      def anything_left?(options)
        filters = Karafka::Routing::ActivityManager.new
        %i[include exclude].product(KINDS.keys) do |action, kind|
          Array(options[:"#{action}_#{kind}"]).each { |name| filters.public_send(action, kind, name) }
        end
        routes.any? { |group| group.topics.any? { |topic| topic.active?(filters) } }
      end

      private

      def routes
        Karafka::App.config.internal.routing.builder
      end
    end
  end
end
