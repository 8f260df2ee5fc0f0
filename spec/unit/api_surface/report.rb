# frozen_string_literal: true

require "json"
require "open3"
require "rbconfig"
require "yaml"

module ApiSurface
  # The surface against what the two lists of exceptions say, as text for people.
  class Report
    FOLDER = File.expand_path("..", __dir__)

    def self.load
      output, status = Open3.capture2(RbConfig.ruby, File.join(__dir__, "probe.rb"))
      raise "the probe of the API surface failed: #{status}" unless status.success?

      new(JSON.parse(output), later: list("later"), never: list("never"))
    end

    def self.list(name)
      YAML.safe_load_file(File.join(FOLDER, "api_surface_#{name}.yml")) || {}
    end

    attr_reader :facts

    # @param facts [Hash{String => String, nil}] fact => what is wrong with it
    # @param later [Hash{String => Array<String>}] issue => facts, whole classes, or globs
    # @param never [Hash{String => Array<String>}] reason => the same
    def initialize(facts, later:, never:)
      @facts = facts
      @later = later
      @never = never
    end

    # Unlisted facts that do not hold.
    def gaps
      excused = [*@later.values, *@never.values].flatten.flat_map { |entry| covered(entry) }
      facts.compact.except(*excused)
    end

    # Listed facts that hold: the lists only shrink.
    def stale(name)
      exceptions(name).flat_map do |group, entries|
        entries.flat_map { |entry| covered(entry) }.reject { |fact| facts[fact] }.map { |fact| [fact, group] }
      end.to_h
    end

    # Entries that name nothing.
    def strays(name)
      exceptions(name).flat_map do |group, entries|
        entries.select { |entry| covered(entry).empty? }.map { |entry| [entry, group] }
      end.to_h
    end

    # @return [String] an aligned list, empty for none
    def self.table(rows)
      width = rows.keys.map(&:length).max
      rows.map { |fact, text| format("  %-#{width}s  %s", fact, text).rstrip }.join("\n")
    end

    def summary
      listed = ->(name) { exceptions(name).values.flatten.flat_map { |entry| covered(entry) }.uniq.size }
      held = facts.count { |_, problem| problem.nil? }
      format("%<all>d names and defaults: %<held>d hold, %<later>d later, %<never>d never, %<gaps>d missing",
             all: facts.size, held:, later: listed["later"], never: listed["never"], gaps: gaps.size)
    end

    private

    def exceptions(name)
      name == "later" ? @later : @never
    end

    def covered(entry)
      @covered ||= {}
      @covered[entry] ||= facts.keys.select { |fact| covers?(entry, fact) }
    end

    def covers?(entry, fact)
      return File.fnmatch(entry, fact) if entry.include?("*")

      fact == entry || fact.start_with?("#{entry}.", "#{entry}#", "#{entry} ")
    end
  end
end
