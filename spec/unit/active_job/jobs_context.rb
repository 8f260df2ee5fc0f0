# frozen_string_literal: true

require_relative "../spec_helper"
require "active_job/karafka"
require "active_support/current_attributes"
require "karafka/active_job/current_attributes"

ActiveJob::Base.logger = Logger.new(nil)

# An app of its own whose producer keeps what is sent, and job classes on the adapter.
RSpec.shared_context "with jobs" do
  let(:producer) { buffered_producer }
  let(:sent) { producer.client.messages }
  let(:job_class) { job_class_named("MailJob") }

  before do
    Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
    Karafka::App.config.producer = producer
  end

  after { forget_attributes }

  def buffered_producer
    WaterDrop::Producer.new do |config|
      config.client_class = WaterDrop::Clients::Buffered
      config.kafka = { "bootstrap.servers": "127.0.0.1:9" }
    end
  end

  # @return [Class] of jobs in the queue `mail`; they tell `Ran.jobs` their arguments
  def job_class_named(name, parent = ActiveJob::Base, &body)
    stub_const("Ran", Class.new { singleton_class.attr_accessor(:jobs) }).jobs ||= [] unless defined?(Ran)
    klass = stub_const(name, Class.new(parent))
    klass.class_eval do
      self.queue_adapter = :karafka
      queue_as :mail
      define_method(:perform) { |*given| Ran.jobs << given }
    end
    klass.class_eval(&body) if body
    klass
  end

  # @return [Hash] the job in a message that was sent
  def job_in(message) = JSON.parse(message.fetch(:payload))

  # The methods of a producer that were called, with how many messages.
  def calls_of(sender)
    [].tap do |calls|
      %i[produce_sync produce_async produce_many_sync produce_many_async].each do |name|
        allow(sender).to receive(name).and_wrap_original do |original, given|
          calls << [name, given.is_a?(Array) ? given.size : 1]
          original.call(given)
        end
      end
    end
  end

  # Registrations last as long as the process; a suite needs them to end.
  def forget_attributes
    Karafka::ActiveJob::CurrentAttributes.instance_variable_set(:@registered, {}.freeze)
  end
end
