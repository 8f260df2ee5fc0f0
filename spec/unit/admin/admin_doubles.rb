# frozen_string_literal: true

require_relative "../spec_helper"

# Stand-ins for clients, so that rules are seen without a broker. What the classes of admin clients
# keep of the configuration is forgotten before each example.
module AdminDoubles
  READ_ONCE = %i[@app_kafka @admin_kafka @settings_read].freeze

  def self.included(group)
    group.before { AdminDoubles.forget }
    group.after { AdminDoubles.forget }
  end

  def self.forget
    [Karafka::Admin, *Karafka::Admin.subclasses].each do |admin|
      READ_ONCE.each { |name| admin.remove_instance_variable(name) if admin.instance_variable_defined?(name) }
    end
  end

  # An admin that lends what it is given.
  #
  # @param client [Object, nil] to `with_admin`
  # @param reader [Object, nil] to `with_consumer`, whose settings are collected in `asked`
  class Lender < Karafka::Admin
    attr_reader :asked

    def initialize(client: nil, reader: nil)
      super()
      @client = client
      @reader = reader
      @asked = []
    end

    def with_admin = yield(@client)

    def with_consumer(settings = {})
      @asked << settings
      yield(@reader)
    end
  end

  def error(code) = Rdkafka::RdkafkaError.new(code)
  def unknown_topic = error(3)
end
