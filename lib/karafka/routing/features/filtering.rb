# frozen_string_literal: true

module Karafka
  module Routing
    module Features
      # `filter(factory)`: what sees batches before their consumers, and may hold the partition back. Filters
      # of one partition work in the order of their registration.
      module Filtering
        KEY = :filtering

        # Each factory's `call` receives the topic and a partition, and answers a filter of its own.
        Config = Struct.new(:active, :factories, keyword_init: true) do
          alias_method :active?, :active
        end

        OFF = Config.new(active: false, factories: [].freeze).freeze

        # Checks the values under {KEY}.
        class Contract < Karafka::Contracts::Base
          required(:filtering, :factories) do |factories|
            wrong = factories.reject { |factory| factory.respond_to?(:call) }
            wrong.empty? || "need to answer `call`, as #{wrong.first.inspect} does not"
          end
        end
      end
    end

    # DSL of `filter`.
    class Topic
      # May be called again: filters work one after the other.
      #
      # @param factory [#call] receives the topic and the number of a partition, and answers a
      #   {Processing::ConsumerGroups::Filters::Base}
      # @return [Features::Filtering::Config]
      def filter(factory)
        factories = [*filtering.factories, factory].freeze
        @filtering = Features::Filtering::Config.new(active: true, factories:).freeze
      end

      # @return [Features::Filtering::Config]
      def filtering
        @filtering || Features::Filtering::OFF
      end

      # @return [Boolean]
      def filtering?
        !@filtering.nil?
      end
    end
  end
end
