# frozen_string_literal: true

module Karafka
  module Setup
    # `Process.warmup` of newer Rubies, for those before 3.3: what was loaded is compacted, and the heap
    # gets room. A small app's heap is full after a few thousand messages, and each collection walks
    # through all of it; room for more of them makes collections rarer (measured by `bin/bench`, row
    # `each { raw_payload }`: 96 of them in a million messages without it).
    module Warmup
      # Slots (40 bytes each) that are free when work begins.
      ROOM = 100_000

      class << self
        # Compacts, then makes room. Before any thread of ours starts.
        def call
          GC.compact
          missing = ROOM - GC.stat(:heap_free_slots)
          make_room(missing) if missing.positive?
          nil
        end

        private

        # What takes the room for a moment must not see a collection: it would be marked over and over,
        # and grow so old that the room stays taken.
        def make_room(slots)
          disabled = GC.disable
          # A String a slot.
          ("0" * slots).chars
        ensure
          GC.enable unless disabled
        end
      end
    end
  end
end
