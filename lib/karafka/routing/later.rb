# frozen_string_literal: true

module Karafka
  module Routing
    # Options of the DSL that this version does not have yet. Calling one fails: an option that were
    # ignored would lose messages, or guarantees, without a word. Predicates answer false.
    #
    # Adding a feature: delete its row, add its file to `features/`.
    module Later
      # Level of the DSL => feature => option names, predicates.
      TABLE = {
        Topic => {
          "adaptive_iterator" => [%i[adaptive_iterator], %i[adaptive_iterator?]],
          "assign" => [%i[assign], %i[direct_assignments?]],
          "swarm" => [%i[swarm], %i[swarm?]]
        },
        ConsumerGroup => {
          "parallel_segments" => [%i[parallel_segments], %i[parallel_segments?]]
        },
        SubscriptionGroupBlock => {
          "multiplexing" => [%i[multiplexing], []]
        },
        SubscriptionGroup => {
          "multiplexing" => [[], %i[multiplexing?]]
        },
        Draw => {
          "recurring_tasks" => [%i[recurring_tasks], []]
        }
      }.freeze

      # Settings of `App.setup`; assigning below one fails.
      SETTINGS = %i[recurring_tasks].freeze

      class << self
        # @param setting [Symbol] one of {SETTINGS}
        # @raise [Errors::UnsupportedOptionError] always
        def refuse_setting(setting)
          raise Errors::UnsupportedOptionError,
                "`config.#{setting}`: this version does not have #{setting} yet"
        end

        # @param option [Symbol]
        # @param feature [String]
        # @param level [Object] what the option was called on
        # @param arguments [Array]
        # @raise [Errors::UnsupportedOptionError] always
        def refuse(option, feature, level, arguments)
          given = arguments.first
          given = [String, Symbol, Regexp].any? { |kind| given.is_a?(kind) } ? "(#{given.inspect})" : ""
          raise Errors::UnsupportedOptionError,
                "`#{option}#{given}` of #{place(level)}: this version does not have #{feature} yet"
        end

        private

        def place(level)
          case level
          when Topic then "topic #{level.name.inspect} in group #{level.consumer_group.id.inspect}"
          when ConsumerGroup then "group #{level.id.inspect}"
          when SubscriptionGroupBlock then "a subscription group in group #{level.consumer_group.id.inspect}"
          else "the routes"
          end
        end
      end

      TABLE.each do |level, features|
        features.each do |feature, (options, predicates)|
          options.each do |option|
            level.define_method(option) do |*arguments, **_named, &_block|
              Later.refuse(option, feature, self, arguments)
            end
          end
          predicates.each { |predicate| level.define_method(predicate) { false } }
        end
      end
    end
  end
end
