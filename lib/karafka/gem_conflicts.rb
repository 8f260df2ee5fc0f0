# frozen_string_literal: true

require_relative "errors"

module Karafka
  # Refuses to boot beside the gems whose files and constants this gem serves itself. Two of them
  # in one process would mix two sources under one name and load two native clients.
  class GemConflicts
    # Gems that define what this gem defines.
    RIVALS = %w[karafka waterdrop karafka-core karafka-rdkafka karafka-testing].freeze

    class << self
      # @raise [Errors::DependencyConstraintsError] names the line to remove, or the gem that asks
      def verify!
        new(loaded: Gem.loaded_specs, **bundled).verify!
      end

      private

      # Also groups that are not set up: what is in the bundle is required sooner or later. Asks the
      # definition, as a lockfile may be older than the Gemfile, or not be there.
      def bundled
        # Bundler sets it where it is in charge; merely loaded, it is not.
        return {} unless defined?(::Bundler) && ENV.key?("BUNDLE_GEMFILE")

        definition = ::Bundler.definition
        {
          gemfile: definition.dependencies.map(&:name),
          locked: definition.resolve.to_h { |spec| [spec.name, spec] }
        }
      rescue ::Bundler::BundlerError
        {}
      end
    end

    # @param loaded [Hash{String => #dependencies}] activated gems by name
    # @param gemfile [Array<String>] gems that the Gemfile names
    # @param locked [Hash{String => #dependencies}] gems of the bundle by name
    def initialize(loaded:, gemfile: [], locked: {})
      @gemfile = gemfile
      @specs = locked.merge(loaded)
    end

    # @raise [Errors::DependencyConstraintsError]
    def verify!
      found = advices
      return if found.empty?

      raise Errors::DependencyConstraintsError, <<~MESSAGE
        karafka-native serves `require "karafka"` itself and cannot run beside #{found.keys.join(", ")}:
        #{found.values.map { |text| "  - #{text}" }.join("\n")}
      MESSAGE
    end

    # @return [Hash{String => String}] rivals that are there => what to do about each
    def advices
      RIVALS.select { |name| @specs.key?(name) }.to_h { |name| [name, advice(name)] }
    end

    private

    def advice(name)
      return "remove the line `gem \"#{name}\"` from your Gemfile" if @gemfile.include?(name)

      sources = pulling_in(name)
      return "`#{name}` is loaded: remove what activates or requires it" if sources.empty?

      "`#{name}` is pulled in by #{sources.map { |source| "`#{source}`" }.join(" and ")}: " \
        "remove that gem, or use a version of it that does not depend on `#{name}`"
    end

    # The gems that ask for it, first those that the Gemfile names.
    def pulling_in(name)
      askers = @specs.select { |_, spec| spec.dependencies.any? { |one| runtime?(one) && one.name == name } }
      askers = askers.keys.sort_by { |asker| [@gemfile.include?(asker) ? 0 : 1, asker] }
      # A rival that asks for a rival has advice of its own.
      askers.reject { |asker| RIVALS.include?(asker) }.then { |others| others.empty? ? askers : others }
    end

    def runtime?(dependency)
      !dependency.respond_to?(:type) || dependency.type == :runtime
    end
  end
end
