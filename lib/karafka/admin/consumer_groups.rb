# frozen_string_literal: true

module Karafka
  class Admin
    # Operations on consumer groups by their short names.
    class ConsumerGroups < Admin
      class << self
        # @see Admin#seek_consumer_group
        def seek(group_id, topics_with_partitions_and_offsets)
          new.seek(group_id, topics_with_partitions_and_offsets)
        end

        # @see Admin#copy_consumer_group
        def copy(previous_name, new_name, topics)
          new.copy(previous_name, new_name, topics)
        end

        # @see Admin#rename_consumer_group
        def rename(previous_name, new_name, topics, delete_previous: true)
          new.rename(previous_name, new_name, topics, delete_previous:)
        end

        # @see Admin#delete_consumer_group
        def delete(group_id)
          new.delete(group_id)
        end
      end

      # Same methods, short names.
      alias seek seek_consumer_group
      alias copy copy_consumer_group
      alias rename rename_consumer_group
      alias delete delete_consumer_group
    end
  end
end
