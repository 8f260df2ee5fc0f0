# frozen_string_literal: true

# A real Apache Kafka on this machine, for specs, benches and demos. `bin/kafka` is its command
# line; the integration specs use the classes directly. Plain Ruby: nothing has to be installed
# but a JDK and Maven.
module LocalKafka
  # What stops a command, told to the user as one line.
  class Error < StandardError; end

  HOST = "127.0.0.1"

  autoload :Certificates, "#{__dir__}/local_kafka/certificates"
  autoload :Cluster, "#{__dir__}/local_kafka/cluster"
  autoload :CommandLine, "#{__dir__}/local_kafka/command_line"
  autoload :Jars, "#{__dir__}/local_kafka/jars"
  autoload :Node, "#{__dir__}/local_kafka/node"
  autoload :Options, "#{__dir__}/local_kafka/options"
  autoload :Ports, "#{__dir__}/local_kafka/ports"
  autoload :Probe, "#{__dir__}/local_kafka/probe"
  autoload :Properties, "#{__dir__}/local_kafka/properties"
  autoload :Settings, "#{__dir__}/local_kafka/settings"

  # @return [Float] seconds of the monotonic clock
  def self.now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  # Waits until the block answers something true.
  #
  # @param seconds [Numeric] how long at most
  # @return [Object, nil] what the block answered, nil when the time is over
  def self.wait(seconds, every: 0.1)
    deadline = now + seconds
    loop do
      answer = yield
      return answer if answer
      return nil if now > deadline

      IO.select(nil, nil, nil, every)
    end
  end
end
