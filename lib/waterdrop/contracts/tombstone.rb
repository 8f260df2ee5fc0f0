# frozen_string_literal: true

module WaterDrop
  module Contracts
    # What a tombstone needs beyond an ordinary message: the record that it deletes.
    class Tombstone < Karafka::Core::Contractable::Contract
      configure { |config| config.error_messages = MESSAGES }

      required(:key) { |key| key.is_a?(String) && !key.empty? }
      required(:partition) { |partition| partition.is_a?(Integer) && partition >= 0 }
    end
  end
end
