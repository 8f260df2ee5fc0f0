# frozen_string_literal: true

require "json"

module Karafka
  module Core
    module Taggable
      # Named tags of one object. Writers replace the list as a whole, so readers of other
      # threads (reporting) never see it half written.
      class Tags
        def initialize
          @named = {}.freeze
          @mutex = Mutex.new
        end

        # @param name [Symbol] a second tag of this name replaces the first
        # @param tag [#to_s] what is shown
        def add(name, tag)
          change { |named| named[name] = tag.to_s }
        end

        # @param name [Symbol]
        def delete(name)
          change { |named| named.delete(name) }
        end

        # Forgets every tag.
        def clear
          change(&:clear)
        end

        # @return [Array<String>] each tag once, whatever its names
        def to_a
          @named.values.uniq
        end

        # Rails' encoder asks for this one.
        #
        # @return [Array<String>]
        def as_json(_options = nil)
          to_a
        end

        # @return [String] JSON array
        def to_json(*args)
          to_a.to_json(*args)
        end

        private

        def change
          @mutex.synchronize do
            named = @named.dup
            yield(named)
            @named = named.freeze
          end
          nil
        end
      end
    end
  end
end
