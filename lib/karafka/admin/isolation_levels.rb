# frozen_string_literal: true

module Karafka
  class Admin
    # What "latest" means for {Admin#read_partition_offsets}.
    module IsolationLevels
      # The high watermark: open transactions count.
      READ_UNCOMMITTED = 0
      # The last stable offset: the end of what is decided.
      READ_COMMITTED = 1
    end
  end
end
