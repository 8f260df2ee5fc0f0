# frozen_string_literal: true

module ApiSurface
  # A method as the list writes it, `seek(offset, manual_seek=, reset_offset:=)`, and whether a
  # method of ours can be called in every way that it promises. Positional names are free.
  class Signature
    # Delegated or native methods: the list knows that they exist, not what they take.
    OPEN = /\A(\*|\*\*|\*args|&|&block|, )+\z/

    attr_reader :name

    def initialize(text)
      @name, list = text.match(/\A(.+?)(?:\((.*)\))?\z/).captures
      # `, ` alone stands for two nameless arguments of a native method.
      @parameters = list == ", " ? %w[_ _] : (list || "").split(/,\s*/)
      # Of these the list shows no argument, as it has no name.
      @parameters << "_" if (writer? || @name == "[]") && @parameters.empty?
    end

    # @param method [Method, UnboundMethod]
    # @return [String, nil] what does not fit
    def misfit(method)
      return if method.source_location.nil? || open?

      accepts = Accepts.new(method.parameters)
      [
        positional_misfit(accepts),
        keyword_misfit(accepts)
      ].compact.first&.then { |reason| "#{reason}; ours: (#{accepts}), wanted: (#{@parameters.join(", ")})" }
    end

    private

    def writer?
      @name.match?(/\A\w+=\z/)
    end

    def open?
      @parameters.join(", ").match?(OPEN) && @parameters.any? { |one| one.start_with?("*") }
    end

    def required
      positional.reject { |one| one.end_with?("=") }
    end

    def positional
      @parameters.reject { |one| one.include?(":") || one.start_with?("*", "&") }
    end

    def keywords
      @parameters.filter_map { |one| one[/\A(\w+):/, 1] }
    end

    def required_keywords
      @parameters.filter_map { |one| one[/\A(\w+):\z/, 1] }
    end

    def positional_misfit(accepts)
      return "needs more arguments" if accepts.required > required.size
      return "takes fewer arguments" unless accepts.positional?(positional.size)

      "takes no list" if @parameters.include?("*") && !accepts.rest?
    end

    def keyword_misfit(accepts)
      unknown = keywords.reject { |key| accepts.keyword?(key) }
      return "does not know #{unknown.join(", ")}" if unknown.any?

      more = accepts.required_keywords - required_keywords
      "needs #{more.join(", ")}" if more.any?
    end

    # What a method of ours takes.
    class Accepts
      def initialize(parameters)
        @by_type = parameters.group_by(&:first)
        @parameters = parameters
      end

      def required
        (@by_type[:req] || []).size
      end

      def positional?(count)
        rest? || required + (@by_type[:opt] || []).size >= count
      end

      def rest?
        @by_type.key?(:rest)
      end

      def keyword?(name)
        @by_type.key?(:keyrest) || @parameters.any? do |type, key|
          %i[key keyreq].include?(type) && key.to_s == name
        end
      end

      def required_keywords
        (@by_type[:keyreq] || []).map { |_, key| key.to_s }
      end

      def to_s
        signs = { req: "%s", opt: "%s=", rest: "*%s", keyreq: "%s:", key: "%s:=", keyrest: "**%s",
                  block: "&%s" }
        @parameters.map { |type, name| format(signs.fetch(type, "%s"), name) }.join(", ")
      end
    end
  end
end
