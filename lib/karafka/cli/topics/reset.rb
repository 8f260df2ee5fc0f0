# frozen_string_literal: true

module Karafka
  class Cli
    class Topics
      # Deletes the declared topics, with all their messages, and creates them anew.
      class Reset < Base
        # @return [true]
        def call
          settle if Delete.new.call
          Create.new.call
          true
        end
      end
    end
  end
end
