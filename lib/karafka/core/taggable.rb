# frozen_string_literal: true

module Karafka
  module Core
    # Gives an object a set of named tags (`consumer.tags`, `Karafka::Process.tags`).
    module Taggable
      autoload :Tags, "karafka/core/taggable/tags"

      # @return [Tags] the object's own tags, built at the first call
      def tags
        @tags ||= Tags.new
      end
    end
  end
end
