# frozen_string_literal: true

module Karafka
  # Topics described for the `topics` commands, whether consumed or not.
  module Declaratives
    autoload :Builder, "karafka/declaratives/builder"
    autoload :Repository, "karafka/declaratives/repository"
    autoload :Topic, "karafka/declaratives/topic"
  end
end
