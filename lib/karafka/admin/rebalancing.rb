# frozen_string_literal: true

module Karafka
  class Admin
    # Makes a group rebalance: joins it for a moment, then leaves.
    class Rebalancing
      # How long to stay subscribed, seconds.
      STAY = 0.1
      private_constant :STAY

      # @param admin [Admin]
      # @param group_id [String, Symbol]
      def initialize(admin, group_id)
        @admin = admin
        @group_id = Names.text(group_id)
      end

      # @return [nil]
      # @raise [Errors::InvalidConfigurationError] the group is not routed, has no topics, or the admin
      #   would have to use a client that it was lent
      def call
        refuse("an external client cannot join it") if @admin.external_client
        topics = routed.topics
        refuse("it has no topics") if topics.empty?

        @admin.with_consumer(settings(topics.first)) do |reader|
          reader.subscribe(topics.map(&:subscription_name).uniq)
          deadline = Admin.monotonic_now + (STAY * 1_000)
          # Joining goes on only while somebody polls.
          reader.poll_many(Admin.poll_timeout, 1) until Admin.monotonic_now >= deadline
        end
        nil
      end

      private

      def routed
        App.routes.find { |group| group.id == @group_id } || refuse("it is not routed")
      end

      def settings(topic)
        own = topic.kafka.except(:"group.instance.id")
        { "auto.offset.reset": topic.initial_offset }.merge(own, "group.id": @group_id)
      end

      def refuse(reason)
        raise Errors::InvalidConfigurationError, { consumer_group: "#{@group_id}: #{reason}" }.to_s
      end
    end
  end
end
