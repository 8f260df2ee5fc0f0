# frozen_string_literal: true

module Karafka
  module Native
    # Deserializers that work in native code, for `deserializers(payload: ...)` of a topic.
    module Deserializers
      autoload :JSON, "karafka/native/deserializers/json"
    end
  end
end
