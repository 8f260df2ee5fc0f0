# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `deserializers(payload:, key:, headers:)`: objects whose `call` turns raw values into those
      # that consumers read. One object serves all threads.
      module Deserializers
        KEY = :deserializers

        Config = Struct.new(:active, :payload, :key, :headers, keyword_init: true) do
          alias_method :active?, :active
        end

        # What a part that is not given falls back to.
        DEFAULTS = {
          payload: Karafka::Deserializers::Payload.new.freeze,
          key: Karafka::Deserializers::Key.new.freeze,
          headers: Karafka::Deserializers::Headers.new.freeze
        }.freeze

        STANDARD = Config.new(active: true, **DEFAULTS).freeze

        # Checks the values under {KEY}.
        class Contract < Karafka::Contracts::Base
          DEFAULTS.each_key do |part|
            required(:deserializers, part) do |deserializer|
              deserializer.respond_to?(:call) || "needs to answer `call`, as #{deserializer.inspect} does not"
            end
          end
        end
      end
    end

    # DSL of `deserializers`.
    class Topic
      # The first call with a value wins, as a whole: what it leaves out is the framework's.
      #
      # @param given [Hash] `payload:` receives the message, `key:` and `headers:` its metadata
      # @return [Features::Deserializers::Config]
      # @raise [ArgumentError] unknown option
      def deserializers(**given)
        return @deserializers || Features::Deserializers::STANDARD if given.empty?

        unknown = given.keys - Features::Deserializers::DEFAULTS.keys
        unless unknown.empty?
          raise ArgumentError,
                "unknown deserializers of topic #{name}: #{unknown.join(", ")}"
        end

        @deserializers ||= Features::Deserializers::Config.new(
          active: true, **Features::Deserializers::DEFAULTS, **given
        ).freeze
      end

      # @param payload [#call] deserializer of payloads, the others being the framework's
      # @return [Features::Deserializers::Config]
      def deserializer(payload)
        deserializers(payload:)
      end

      # @return [true]
      def deserializers?
        deserializers.active?
      end
    end
  end
end
