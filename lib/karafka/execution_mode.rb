# frozen_string_literal: true

module Karafka
  # How this process consumes: on its own, inside a host process, or as part of a swarm.
  class ExecutionMode
    # `supervisor` forks and watches, `swarm` is one of its children.
    MODES = %i[standalone embedded supervisor swarm].freeze

    # @param mode [Symbol, String]
    # @raise [ArgumentError] no such mode
    def initialize(mode = :standalone)
      switch_to(mode)
    end

    MODES.each do |mode|
      define_method(:"#{mode}?") { @mode == mode }
      define_method(:"#{mode}!") { switch_to(mode) }
    end

    # @return [Symbol]
    def to_sym
      @mode
    end

    # @return [String]
    def to_s
      @mode.name
    end

    # @param other [Symbol, String, ExecutionMode]
    # @return [Boolean]
    def ==(other)
      case other
      when ExecutionMode then to_sym == other.to_sym
      when Symbol, String then to_s == other.to_s
      else false
      end
    end

    private

    def switch_to(mode)
      known = MODES.find { |one| one.name == mode.to_s }
      raise ArgumentError, "unknown execution mode `#{mode}`, known: #{MODES.join(", ")}" unless known

      @mode = known
    end
  end
end
