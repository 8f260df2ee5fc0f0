# frozen_string_literal: true

module Karafka
  # Name of the environment, a String that answers `production?` and the like.
  class Env < String
    # First one that is set wins.
    SOURCES = %w[KARAFKA_ENV RACK_ENV RAILS_ENV].freeze
    # When none is set.
    DEFAULT = "development"
    private_constant :SOURCES, :DEFAULT

    def initialize
      super(ENV.values_at(*SOURCES).find { |name| name && !name.empty? } || DEFAULT)
    end

    private

    def respond_to_missing?(name, include_private = false)
      name.end_with?("?") || super
    end

    def method_missing(name, *args)
      return super unless name.end_with?("?") && args.empty?

      self == name.to_s.delete_suffix("?")
    end
  end
end
