# frozen_string_literal: true

module Karafka
  module Core
    module Contractable
      # Rules over a (nested) Hash with Symbol keys. All rules run; each failing path is reported.
      #
      #   class PauseContract < Contract
      #     configure { |config| config.error_messages = { "format" => "is no Integer" } }
      #     required(:timeout) { |timeout| timeout.is_a?(Integer) }
      #     virtual { |data, errors| [[%i[timeout], :too_long]] if errors.empty? && data[:timeout] > 9 }
      #   end
      #
      # A block gets the value, all data, the failures so far and the contract; a virtual one the
      # same without a value. It answers true, a falsy value (key `format`), a Symbol (key of a
      # text) or a String (the text). A virtual one answers pairs of path and message, or anything
      # that is no Array.
      class Contract
        extend Configurable

        setting(:error_messages, default: {}.freeze)

        NOT_FOUND = Object.new.freeze
        private_constant :NOT_FOUND

        class << self
          # @return [Array<Rule>] inherited ones first
          def rules
            @rules ||= []
          end

          # Prefixes the paths of the rules that the block declares.
          #
          # @param path [Symbol]
          def nested(path, &block)
            outer = @nesting || []
            @nesting = [*outer, path]
            instance_exec(&block)
          ensure
            @nesting = outer
          end

          # @param keys [Array<Symbol>] path of a value that must be there
          def required(*keys, &block)
            rules << Rule.new([*@nesting, *keys], :required, block)
          end

          # @param keys [Array<Symbol>] path of a value that is checked when there
          def optional(*keys, &block)
            rules << Rule.new([*@nesting, *keys], :optional, block)
          end

          # A rule over all data.
          def virtual(&block)
            rules << Rule.new(nil, :virtual, block)
          end

          def inherited(child)
            super
            child.instance_variable_set(:@rules, rules.dup)
          end
        end

        # @param data [Hash{Symbol => Object}]
        # @param scope [Array<#to_s>] what the reported paths start with
        # @return [Result]
        def call(data, scope: [])
          failures = []
          self.class.rules.each do |rule|
            rule.type == :virtual ? check_all(rule, data, failures) : check_value(rule, data, failures)
          end
          Result.new(failures, self.class.config.error_messages, scope)
        end

        # @param data [Hash{Symbol => Object}]
        # @param error_class [Class] raised with the errors Hash as message
        # @param scope [Array<#to_s>]
        # @return [true]
        def validate!(data, error_class, scope: [])
          result = call(data, scope:)
          return true if result.success?

          raise error_class, result.errors
        end

        private

        def check_value(rule, data, failures)
          value = dig(data, rule.path)
          if value.equal?(NOT_FOUND)
            failures << [rule.path, :missing] if rule.type == :required
            return
          end

          outcome = rule.validator.call(value, data, failures, self)
          outcome ||= :format
          failures << [rule.path, outcome] if outcome.is_a?(Symbol) || outcome.is_a?(String)
        end

        def check_all(rule, data, failures)
          found = rule.validator.call(data, failures, self)
          failures.concat(found) if found.is_a?(Array)
        end

        def dig(data, path)
          path.reduce(data) do |current, key|
            return NOT_FOUND unless current.is_a?(Hash) && current.key?(key)

            current[key]
          end
        end
      end
    end
  end
end
