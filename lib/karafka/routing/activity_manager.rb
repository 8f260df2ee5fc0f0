# frozen_string_literal: true

module Karafka
  module Routing
    # Which groups, connections and topics this process runs. An include list beats an exclude
    # list; neither changes the routes. Filled at boot, by the command line or the boot file.
    class ActivityManager
      # What can be included or excluded.
      KINDS = %i[consumer_groups subscription_groups topics].freeze

      def initialize
        clear
      end

      # @param type [Symbol] one of {KINDS}
      # @param name [String]
      # @raise [Errors::UnsupportedCaseError] another type
      def include(type, name)
        list(:include, type) << name.to_s
      end

      # @param type [Symbol] one of {KINDS}
      # @param name [String]
      # @raise [Errors::UnsupportedCaseError] another type
      def exclude(type, name)
        list(:exclude, type) << name.to_s
      end

      # @param type [Symbol] one of {KINDS}
      # @param name [String]
      # @return [Boolean]
      # @raise [Errors::UnsupportedCaseError] another type
      def active?(type, name)
        included = list(:include, type)
        return included.include?(name.to_s) unless included.empty?

        !list(:exclude, type).include?(name.to_s)
      end

      # @return [Hash{Symbol => Array<String>}] `include_topics:`, `exclude_topics:` and so on, all six
      def to_h
        @lists.transform_values(&:dup)
      end

      # Makes everything active again.
      def clear
        @lists = %i[include exclude].product(KINDS).to_h { |action, kind| [:"#{action}_#{kind}", []] }
        nil
      end

      private

      def list(action, type)
        unless KINDS.include?(type)
          raise Errors::UnsupportedCaseError,
                "cannot #{action} #{type.inspect}, only #{KINDS.join(", ")}"
        end

        @lists.fetch(:"#{action}_#{type}")
      end
    end
  end
end
