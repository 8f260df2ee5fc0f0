# frozen_string_literal: true

module Karafka
  class Admin
    # Asks for offsets of many partitions at once.
    class OffsetQueries
      # As the protocol numbers them; other numbers are ms.
      SPECIFICATIONS = { earliest: -2, latest: -1, max_timestamp: -3 }.freeze
      private_constant :SPECIFICATIONS

      # @param admin [Admin]
      def initialize(admin)
        @admin = admin
      end

      # @see Admin#read_watermark_offsets
      def watermarks(name_or_hash, partition = nil)
        return many_watermarks(name_or_hash) if name_or_hash.is_a?(Hash)

        name = Names.text(name_or_hash)
        many_watermarks(name => [partition]).fetch(name).fetch(partition)
      end

      # @see Admin#read_partition_offsets
      def offsets(wanted, isolation_level)
        rows = wanted.flat_map { |topic, queries| rows(Names.text(topic), queries) }
        return [] if rows.empty?

        found = list(rows).to_h { |row| [row.first(2), row] }
        stabilize(found, rows) if isolation_level == IsolationLevels::READ_COMMITTED
        rows.map { |topic, partition| answer(*found.fetch([topic, partition])) }
      end

      private

      def many_watermarks(wanted)
        places = wanted.flat_map { |topic, partitions| partitions.map { |one| [Names.text(topic), one] } }
        return {} if places.empty?

        low, high = @admin.with_admin do |client|
          %i[earliest latest].map { |which| query(client, places, SPECIFICATIONS.fetch(which)) }
        end
        places.each_with_object({}) do |(topic, partition), answers|
          (answers[topic] ||= {})[partition] = [low, high].map { |found| found.fetch([topic, partition]) }
        end
      end

      def query(client, places, specification)
        rows = client.list_offsets(places.map { |topic, partition| [topic, partition, specification] })
        rows.to_h { |topic, partition, offset| [[topic, partition], offset] }
      end

      def list(rows)
        @admin.with_admin { |client| client.list_offsets(rows, IsolationLevels::READ_UNCOMMITTED) }
      end

      # The batched query knows the high watermark only; a reader's own one follows the level.
      def stabilize(found, rows)
        latest = rows.select { |row| row.last == SPECIFICATIONS.fetch(:latest) }
        return if latest.empty?

        @admin.with_consumer("isolation.level": "read_committed") do |reader|
          latest.each do |topic, partition|
            found.fetch([topic, partition])[2] = reader.query_watermark_offsets(topic, partition).last
          end
        end
      end

      def rows(topic, queries)
        queries.map { |query| [topic, query.fetch(:partition), specification(query.fetch(:offset))] }
      end

      def specification(offset)
        return offset if offset.is_a?(Integer) && !offset.negative?

        SPECIFICATIONS.fetch(offset) do
          known = SPECIFICATIONS.keys.map(&:inspect).join(", ")
          raise ArgumentError, "offset must be #{known} or ms since the epoch, not #{offset.inspect}"
        end
      end

      def answer(topic, partition, offset, timestamp, leader_epoch)
        { topic:, partition:, offset:, timestamp:, leader_epoch: }
      end
    end
  end
end
