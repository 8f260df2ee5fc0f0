# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `pause(...)`: how long a partition of the topic waits after a failed batch.
      module Pause
        KEY = :pause
        OPTIONS = %i[timeout max_timeout with_exponential_backoff].freeze

        # Times in ms.
        Config = Struct.new(:active, *OPTIONS, keyword_init: true) do
          alias_method :active?, :active
          alias_method :with_exponential_backoff?, :with_exponential_backoff
        end

        # Checks the values under {KEY}.
        class Contract < Karafka::Contracts::Base
          %i[timeout max_timeout].each do |option|
            required(:pause, option) { |time| Contracts::Expected.integer(time, least: 1) }
          end

          required(:pause, :with_exponential_backoff) { |value| Contracts::Expected.boolean(value) }

          # A topic that gives only one of them may cross the root value of the other.
          virtual do |topic, errors|
            next if errors.any?

            timeout, longest = topic[:own_pause].values_at(:timeout, :max_timeout)
            next unless timeout && longest && timeout > longest

            [[%i[pause timeout], "must not be above max_timeout (#{timeout} > #{longest})"]]
          end
        end
      end
    end

    # DSL of `pause`.
    class Topic
      # The first call with a value wins; what it leaves out comes from the root configuration.
      #
      # @param options [Hash] `timeout:` and `max_timeout:` in ms, `with_exponential_backoff:`
      # @return [Features::Pause::Config] active only if the topic sets something
      # @raise [ArgumentError] unknown option
      def pause(**options)
        unknown = options.keys - Features::Pause::OPTIONS
        unless unknown.empty?
          raise ArgumentError,
                "unknown pause options of topic #{name}: #{unknown.join(", ")}"
        end

        @own_pause ||= options.freeze unless options.empty?
        Features::Pause::Config.new(active: pause?, **root_pause, **own_pause).freeze
      end

      # @return [Hash{Symbol => Object}] what the topic sets itself
      def own_pause
        @own_pause || {}
      end

      # @return [Boolean] does the topic set something itself
      def pause?
        !own_pause.empty?
      end

      private

      def root_pause
        @inherited[:pause] ||= begin
          root = App.config.pause
          { timeout: root.timeout, max_timeout: root.max_timeout,
            with_exponential_backoff: root.with_exponential_backoff }
        end
      end
    end
  end
end
