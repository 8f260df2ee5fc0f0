# frozen_string_literal: true

module Karafka
  module Declaratives
    # `App.declaratives`: declares topics apart from their consumption.
    class Builder
      # Defaults until some are given.
      NO_DEFAULTS = proc {}.freeze
      private_constant :NO_DEFAULTS

      # @return [Repository]
      attr_reader :repository

      def initialize
        @repository = Repository.new
        @defaults = NO_DEFAULTS
      end

      # Adds declarations to those there are.
      #
      # @return [Builder] self
      # @raise [NoMethodError] unknown option
      def draw(&block)
        Routing::Proxy.new(self, &block)
        self
      end

      # Options of each topic first mentioned later; its own block comes after them.
      #
      # @return [Proc] the current defaults
      def defaults(&block)
        @defaults = block if block
        @defaults
      end

      # Declares a topic, or changes its declaration.
      #
      # @param name [String, Symbol]
      # @return [Topic]
      def topic(name, &block)
        declaration = @repository.find_or_create(name) { |created| Routing::Proxy.new(created, &@defaults) }
        Routing::Proxy.new(declaration, &block)
        declaration
      end

      # @return [Array<Topic>] active declarations
      def topics
        @repository.active
      end

      # @param name [String, Symbol]
      # @return [Topic, nil]
      def find_topic(name)
        @repository.find(name)
      end
    end
  end
end
