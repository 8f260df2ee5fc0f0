# frozen_string_literal: true

module Karafka
  # What turns raw bytes of a message into values, unless a topic names its own.
  module Deserializers
    autoload :Headers, "karafka/deserializers/headers"
    autoload :Key, "karafka/deserializers/key"
    autoload :Payload, "karafka/deserializers/payload"
  end
end
