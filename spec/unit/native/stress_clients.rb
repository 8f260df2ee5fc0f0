# frozen_string_literal: true

require_relative "stress_helper"

RSpec.shared_context "with stressed clients" do
  let(:native) { Karafka::Native }
  let!(:address) { NativeSpecs.broker.bootstrap_servers }
  let!(:topic) { filled }

  # Where there is one thread alone, Ruby makes one more for each native wait that may be interrupted. Under
  # stress what is left of it is collected by the next attempt, as an interrupt, before the wait has begun.
  before do
    company = Thread.new { sleep }
    undo { company.kill.join }
  end

  # @return [Karafka::Native::Producer]
  def client(observed: false, **settings)
    switch = native::Switch.new(observed)
    made = stressed do
      native::Producer.new({ "bootstrap.servers": address, "linger.ms": 0, **settings }, switch)
    end
    undo { made.destroy unless made.closed? }
    made
  end

  # As `topic_with`, without a thread of Ruby's beside, on which the collector would run as well.
  def filled(*payloads)
    name = "t#{rand(1 << 64)}"
    NativeSpecs.broker.create_topic(name, partitions: 1)
    producer = native::Producer.new({ "bootstrap.servers": address }, native::Switch.new(false))
    payloads.each { |payload| producer.produce(topic: name, payload:, partition: 0) }
    await("the messages") { producer.flush(20) || producer.drain.nil? }
    producer.destroy
    name
  end

  def settings(**more) = { "bootstrap.servers": address, "group.id": "g#{rand(1 << 64)}", **more }

  # What the client has to say of messages that were delivered.
  def delivered(client)
    await("the delivery") do
      client.flush(20)
      stressed { client.drain }.assoc(:delivered)
    end.last
  end
end
