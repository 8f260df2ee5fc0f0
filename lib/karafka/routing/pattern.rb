# frozen_string_literal: true

require "digest"

module Karafka
  module Routing
    # A Regexp as the group protocols take one: text without flags, begun by `^`. In the classic protocol
    # librdkafka matches it, by libc's POSIX expressions, a part of the name being enough; with
    # `group.protocol` consumer the broker does, by RE2/J, and the whole name has to match.
    class Pattern
      # Constructs of Ruby that neither, or only one, of those engines knows.
      FOREIGN = {
        "groups of Ruby's own, `(?`" => /(?<!\\)\(\?/,
        "`\\d`, `\\h` or `\\R`" => /(?<!\\)\\[dDhHR]/,
        "lazy or possessive quantifiers" => /(?<!\\)[*+?}][?+]/
      }.freeze
      private_constant :FOREIGN

      # @return [String] given, or made of the Regexp's source and stable across processes
      attr_reader :name
      # @return [Regexp] as given; checked with the routes
      attr_reader :regexp

      # @param name [String, Symbol, nil] nil for an anonymous one
      # @param regexp [Regexp]
      def initialize(name, regexp)
        @regexp = regexp
        @name = (name || "karafka-pattern-#{::Digest::SHA256.hexdigest(source)[0, 12]}").to_s
      end

      # @return [String] what the connection subscribes to
      def subscription
        "^#{source.sub(/\A(?:\^|\\A)/, "").sub(/\\[zZ]\z/, "$")}"
      end

      # @param topic_name [String]
      # @param whole [Boolean] must the whole name match
      # @return [Boolean] as far as Ruby can tell
      def match?(topic_name, whole: false)
        (whole ? /\A(?:#{subscription})\z/ : Regexp.new(subscription)).match?(topic_name)
      end

      # @return [Array<String>] what of the Regexp does not reach Kafka, or means something else there
      def foreign
        found = FOREIGN.filter_map { |what, sign| what if sign.match?(source) }
        return found if (regexp.options & (Regexp::IGNORECASE | Regexp::EXTENDED | Regexp::MULTILINE)).zero?

        ["its flags", *found]
      end

      private

      def source
        @regexp.is_a?(Regexp) ? @regexp.source : @regexp.to_s
      end
    end
  end
end
