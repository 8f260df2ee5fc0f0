# frozen_string_literal: true

module Karafka
  module Messages
    # Where a seek goes. `offset` is -1 for the end and -2 for the beginning of the partition.
    Seek = Struct.new(:topic, :partition, :offset)
  end
end
