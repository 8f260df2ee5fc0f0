# frozen_string_literal: true

module WaterDrop
  # Checks of settings, messages, variants and transactional offsets.
  module Contracts
    autoload :Config, "waterdrop/contracts/config"
    autoload :Message, "waterdrop/contracts/message"
    autoload :PollingConfig, "waterdrop/contracts/polling_config"
    autoload :Tombstone, "waterdrop/contracts/tombstone"
    autoload :TransactionalOffset, "waterdrop/contracts/transactional_offset"
    autoload :Variant, "waterdrop/contracts/variant"

    # Texts by key.
    MESSAGES = {
      "missing" => "is missing",
      "format" => "has a wrong type or value",
      "positive" => "needs to be an Integer of at least 1",
      "duration" => "needs to be a number of milliseconds, 0 or more",
      "boolean" => "needs to be true or false",
      "nil" => "cannot be nil"
    }.freeze
  end
end
