# frozen_string_literal: true

require_relative "native_helper"

RSpec.describe "Ends of partitions", :native do
  it "say topic, partition and next offset, where two topics have a partition of one number (H-012)" do
    full = topic_with("a", "b")
    empty = topic_with
    connection = connect("enable.partition.eof": true)
    connection.subscribe([full, empty])
    ends = []
    await("both ends") do
      _, found, = connection.poll(10, 100, nil)
      answer(connection)
      ends.concat(found)
      ends.size >= 2
    end

    expect(ends).to contain_exactly([full, 0, 2], [empty, 0, 0])
  end
end
