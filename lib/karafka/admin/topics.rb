# frozen_string_literal: true

module Karafka
  class Admin
    # Operations on topics by their short names.
    class Topics < Admin
      class << self
        # @see Admin#create_topic
        def create(name, partitions, replication_factor, topic_config = {})
          new.create(name, partitions, replication_factor, topic_config)
        end

        # @see Admin#delete_topic
        def delete(name)
          new.delete(name)
        end

        # @see Admin#topic_info
        def info(topic_name)
          new.info(topic_name)
        end

        # @see Admin#read_topic
        def read(name, partition, count, start_offset = -1, settings = {})
          new.read(name, partition, count, start_offset, settings)
        end
      end

      # Same methods, short names.
      alias create create_topic
      alias delete delete_topic
      alias info topic_info
      alias read read_topic
    end
  end
end
