# frozen_string_literal: true

module Karafka
  class Admin
    # Creates, deletes and widens topics, and returns when the cluster shows it. A change whose answer
    # never came counts as done as soon as it shows.
    class TopicChanges
      UNANSWERED = %i[timed_out timed_out_queue request_timed_out].freeze
      private_constant :UNANSWERED

      # @param admin [Admin]
      def initialize(admin)
        @admin = admin
      end

      # @see Admin#create_topic
      def create(name, partitions, replication_factor, config)
        change("creating topic #{name}", ->(client) { led?(client, name, [partitions, 1].max) }) do |client|
          client.create_topic(name, partitions, replication_factor, config)
        end
      end

      # @see Admin#delete_topic
      def delete(name)
        change("deleting topic #{name}", ->(client) { !partitions_of(client, name) }) do |client|
          client.delete_topic(name)
        end
      end

      # @see Admin#create_partitions
      def widen(name, total)
        visible = ->(client) { led?(client, name, total) }
        change("widening topic #{name} to #{total} partitions", visible) do |client|
          client.create_partitions(name, total)
        end
      end

      private

      def change(what, visible)
        @admin.with_admin do |client|
          deadline = Admin.monotonic_now + Admin.max_retries_duration
          unanswered = attempt { yield(client) }
          until shown?(client, visible, unanswered)
            raise unanswered || not_visible(what) if Admin.monotonic_now >= deadline

            sleep(Admin.retry_backoff / 1_000.0)
          end
        end
      end

      # @raise [StandardError] without an answer to the change and to this question, the first error
      def shown?(client, visible, unanswered)
        visible.call(client)
      rescue ::Rdkafka::RdkafkaError => e
        raise unanswered || e unless Retrying::IN_METADATA.include?(e.code) && !unanswered

        false
      end

      # @return [StandardError, nil] what kept the answer from coming
      def attempt
        yield
        nil
      rescue ::Rdkafka::AbstractHandle::WaitTimeoutError => e
        e
      rescue ::Rdkafka::RdkafkaError => e
        UNANSWERED.include?(e.code) ? e : raise
      end

      def not_visible(what)
        Errors::ResultNotVisibleError.new(
          "#{what} was acknowledged, yet the cluster does not show it after #{Admin.max_retries_duration} ms"
        )
      end

      # Producing to a partition works once it has a leader.
      def led?(client, name, count)
        partitions = partitions_of(client, name)
        return false if partitions.nil? || partitions.size < count

        partitions.none? { |partition| partition[:leader].negative? }
      end

      def partitions_of(client, name)
        client.topic(name)[:partitions]
      rescue ::Rdkafka::RdkafkaError => e
        raise unless e.code == :unknown_topic_or_part
      end
    end
  end
end
