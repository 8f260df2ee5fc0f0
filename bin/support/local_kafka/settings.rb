# frozen_string_literal: true

require "fileutils"
require "json"

module LocalKafka
  # What one local Kafka was started with, remembered in its data folder so that `stop`, `status`
  # and a second `start` need not be told again.
  class Settings
    DEFAULTS = {
      "port" => 9092, "brokers" => 1, "sasl_ssl" => false, "acl" => false,
      "auto_create" => true, "heap" => nil, "set" => {}
    }.freeze

    # What the stored data depends on: it cannot change between two starts.
    FIXED = %w[port brokers sasl_ssl].freeze

    # Distances from the first client port; node N adds N - 1.
    CONTROLLER = 10
    SASL_SSL = 20
    SSL = 30

    attr_reader :data

    # @param data [String] the data folder
    # @param given [Hash{String => Object}] what the caller asked for; what is left out is taken
    #   from the last start, else from DEFAULTS
    def initialize(data, given = {})
      @data = File.expand_path(data)
      @given = given
      @values = DEFAULTS.merge(saved).merge(given)
    end

    DEFAULTS.each_key { |name| define_method(name) { @values.fetch(name) } }

    # @return [Array<String>] names of asked-for settings that differ from those of the last start
    def changes(among: DEFAULTS.keys)
      return [] if saved.empty?

      among.select { |name| @given.key?(name) && @given[name] != DEFAULTS.merge(saved)[name] }
    end

    def save
      FileUtils.mkdir_p(data)
      File.write(path, JSON.pretty_generate(@values))
      @saved = nil
    end

    def known? = File.exist?(path)

    # @return [String] heap of each broker's JVM, in Java's notation
    def heap_size = heap || (brokers > 1 ? "512m" : "1g")

    def bootstrap_servers = servers(0)
    def sasl_ssl_servers = servers(SASL_SSL)
    def ssl_servers = servers(SSL)

    # @return [Array<String>] names of the listeners for clients
    def client_listeners = sasl_ssl ? %w[PLAINTEXT SASL_SSL SSL] : %w[PLAINTEXT]

    private

    def servers(distance)
      Array.new(brokers) { |index| "#{HOST}:#{port + distance + index}" }.join(",")
    end

    def saved
      @saved ||= known? ? JSON.parse(File.read(path)) : {}
    end

    def path = File.join(data, "settings.json")
  end
end
