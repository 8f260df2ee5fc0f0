# frozen_string_literal: true

module Karafka
  module ScheduledMessages
    # Errors of scheduled messages.
    module Errors
      # Rescues all of them.
      class BaseError < Karafka::Errors::BaseError; end

      # A record was written in a layout that this version does not know.
      class IncompatibleSchemaError < BaseError; end
    end
  end
end
