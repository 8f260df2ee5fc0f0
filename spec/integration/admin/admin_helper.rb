# frozen_string_literal: true

require_relative "../spec_helper"

# Examples that call `Karafka::Admin` in this process, on the shared broker.
module AdminExamples
  def self.included(group)
    group.before { AdminExamples.configure(kafka) }
  end

  # Once: settings of admin clients are read at their first use.
  def self.configure(servers)
    @configure ||= Karafka::App.setup do |config|
      config.kafka = { "bootstrap.servers": servers }
      config.logger = Logger.new(File::NULL)
      # Nobody produces, so nothing needs to be built.
      config.producer = Object.new
    end || true
  end

  def admin = Karafka::Admin

  # The code of the error that the block raises.
  def code_of
    yield
    nil
  rescue Rdkafka::RdkafkaError => e
    e.code
  end

  # A transaction that stays open until the example ends.
  def open_transaction(topic, messages: 1)
    script = File.join(folder, "transaction.py")
    File.write(script, <<~PYTHON)
      import sys
      from confluent_kafka import Producer
      producer = Producer({"bootstrap.servers": "#{kafka}", "transactional.id": "#{unique("tx")}"})
      producer.init_transactions(30)
      producer.begin_transaction()
      for number in range(#{messages}):
          producer.produce("#{topic}", value=b"open", partition=0)
      producer.flush(30)
      print("open", flush=True)
      sys.stdin.readline()
      producer.commit_transaction(30)
      print("committed", flush=True)
    PYTHON
    child = run_program(ConfluentPython.path(out: $stderr), script)
    child.await_line("open", within: 60)
    child
  end
end
