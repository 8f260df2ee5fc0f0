# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `offset_metadata(cache:, deserializer:)`: how consumers read the text that is committed beside the
      # offset of their partition. Always on.
      module OffsetMetadata
        KEY = :offset_metadata

        Config = Struct.new(:active, :cache, :deserializer, keyword_init: true) do
          alias_method :active?, :active
          alias_method :cache?, :cache
        end

        # What an option that is not given is; no text reads as an empty one.
        DEFAULTS = { cache: true, deserializer: :to_s.to_proc }.freeze

        STANDARD = Config.new(active: true, **DEFAULTS).freeze

        # Checks the values under {KEY}.
        class Contract < Karafka::Contracts::Base
          required(:offset_metadata, :cache) { |value| Contracts::Expected.boolean(value) }

          required(:offset_metadata, :deserializer) do |deserializer|
            deserializer.respond_to?(:call) || "needs to answer `call`, as #{deserializer.inspect} does not"
          end
        end
      end
    end

    # DSL of `offset_metadata`.
    class Topic
      # The first call with options wins, as a whole.
      #
      # @param options [Hash] `cache:` read a partition's text once in each assignment;
      #   `deserializer:` its `call` receives the text, nil for none
      # @return [Features::OffsetMetadata::Config]
      # @raise [ArgumentError] unknown option
      def offset_metadata(**options)
        return @offset_metadata || Features::OffsetMetadata::STANDARD if options.empty?

        unknown = options.keys - Features::OffsetMetadata::DEFAULTS.keys
        unless unknown.empty?
          raise ArgumentError, "unknown offset_metadata options of topic #{name}: #{unknown.join(", ")}"
        end

        @offset_metadata ||= Features::OffsetMetadata::Config.new(
          active: true, **Features::OffsetMetadata::DEFAULTS, **options
        ).freeze
      end

      # @return [true]
      def offset_metadata?
        offset_metadata.active?
      end
    end
  end
end
