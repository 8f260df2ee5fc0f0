# frozen_string_literal: true

module Karafka
  class Admin
    # librdkafka settings of admin clients. Later ones win: the app's, what admin clients must have,
    # `admin.kafka`, the group, those of the call, those of the instance.
    module ClientSettings
      # Reading must leave no trace in the cluster, whatever the app's own consumers do.
      FORCED = {
        "enable.partition.eof": true,
        "enable.auto.commit": false,
        "enable.auto.offset.store": false,
        "allow.auto.create.topics": false,
        "statistics.interval.ms": 0,
        # librdkafka's default of a second is a pause after each full local queue.
        "fetch.queue.backoff.ms": 10
      }.freeze
      # Belong to members of a group.
      GROUP_ONLY = %i[group.id group.instance.id partition.assignment.strategy].freeze
      private_constant :FORCED, :GROUP_ONLY

      class << self
        # @param custom [Hash{Symbol => Object}] of the instance
        # @param settings [Hash{Symbol => Object}] of the call
        # @return [Hash{Symbol => Object}]
        def reader(custom, settings)
          group = { "group.id": Admin.group_id }
          # A static member of the app must not be fenced by a look at its topics.
          merged = base.merge(group, settings, custom)
          merged.delete(:"group.instance.id") unless settings.key?(:"group.instance.id")
          Setup::AttributesMap.consumer(merged)
        end

        # @param custom [Hash{Symbol => Object}] of the instance
        # @return [Hash{Symbol => Object}]
        def admin(custom)
          Setup::AttributesMap.consumer(base.merge(custom)).except(*GROUP_ONLY)
        end

        private

        def base
          { "client.id": App.config.client_id }.merge(Admin.app_kafka, FORCED, Admin.admin_kafka)
        end
      end
    end
  end
end
