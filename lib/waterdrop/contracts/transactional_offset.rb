# frozen_string_literal: true

module WaterDrop
  module Contracts
    # What goes into a transaction as an offset.
    class TransactionalOffset < Karafka::Core::Contractable::Contract
      configure { |config| config.error_messages = MESSAGES }

      required(:consumer) { |consumer| consumer.respond_to?(:consumer_group_metadata_pointer) }
      required(:message) { |message| message.respond_to?(:topic) && message.respond_to?(:partition) }
      required(:offset_metadata) { |metadata| metadata.nil? || metadata.is_a?(String) }
    end
  end
end
