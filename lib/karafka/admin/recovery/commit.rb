# frozen_string_literal: true

module Karafka
  class Admin
    class Recovery
      # A record of Kafka's topic of offsets. `offset` is nil for a tombstone.
      Commit = Struct.new(:group, :topic, :partition, :offset) do
        class << self
          # @param key [String, nil] version, group, topic, partition
          # @param value [String, nil] version, offset and what is not needed
          # @return [Commit, nil] nil for other kinds of records, and for what is cut short
          def parse(key, value)
            version, rest = key&.unpack("s>a*")
            return unless version&.between?(0, 1)

            group, rest = text(rest)
            topic, rest = text(rest)
            partition = rest&.unpack1("l>")
            new(group, topic, partition, offset(value)) if partition
          end

          private

          def text(bytes)
            length = bytes&.unpack1("s>")
            return if length.nil? || length.negative? || bytes.bytesize < length + 2

            [bytes.byteslice(2, length).force_encoding(Encoding::UTF_8), bytes.byteslice(length + 2..)]
          end

          def offset(value)
            value&.unpack("s>q>")&.last
          end
        end
      end
    end
  end
end
