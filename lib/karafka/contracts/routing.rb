# frozen_string_literal: true

module Karafka
  module Contracts
    # All routes together: with `strict_declarative_topics` each topic needs an active declaration.
    # Gets `topics:`, a Hash of topic name => declaration or nil.
    class Routing < Base
      virtual do |routes|
        next unless Karafka::App.config.strict_declarative_topics

        missing = routes[:topics].reject { |_, declaration| declaration&.active? }.keys
        missing.map do |name|
          [[:topics, name.scrub], "has no active declaration, which strict_declarative_topics demands"]
        end
      end
    end
  end
end
