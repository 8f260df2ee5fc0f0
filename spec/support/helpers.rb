# frozen_string_literal: true

require "fileutils"
require "securerandom"
require "tmpdir"

module Specs
  # What an integration spec can say. Everything made here ends with the example.
  module Helpers
    LIB = File.join(Kafka::ROOT, "lib")

    # @return [String] host:port of the shared broker
    def kafka = Kafka.bootstrap_servers

    # A name that no other example has.
    #
    # @param purpose [String] e.g. "orders"
    def unique(purpose) = "#{purpose}-#{SecureRandom.hex(6)}"

    # @return [Peer] the independent client on the shared broker
    def peer = (Specs.peers[kafka] ||= Peer.new("bootstrap.servers" => kafka))

    # @return [Peer] an independent client with settings of its own
    def peer_of(settings) = Peer.new(settings).tap { |made| cleanups << -> { made.close } }

    # Creates a topic of this example on the shared broker.
    #
    # @return [String] its name
    def create_topic(purpose = "topic", partitions: 1, **settings)
      peer.create_topic(unique(purpose), partitions:, settings: settings.transform_keys do |key|
                                                                  key.to_s.tr("_", ".")
                                                                end)
    end

    # Starts a cluster that this example may break.
    #
    # @see Kafka.start
    def own_kafka(**given)
      Kafka.start(**given).tap { |cluster| cleanups << -> { Kafka.discard(cluster) } }
    end

    # Runs Ruby code that uses the library in a process of its own. `KAFKA` in its environment is the
    # shared broker.
    #
    # @param script [String] Ruby code
    # @param env [Hash{String => String}]
    # @return [Child]
    def run_app(script, env = {}, arguments: [])
      path = File.join(folder, "app-#{SecureRandom.hex(3)}.rb")
      File.write(path, "$stdout.sync = true\n#{script}")
      run_program(RbConfig.ruby, "-I", LIB, path, *arguments, env:)
    end

    # Runs the command line of the library.
    #
    # @param arguments [Array<String>] e.g. "server"
    # @param root [String] folder with karafka.rb
    # @return [Child]
    def run_karafka(*arguments, root: folder, env: {})
      command = [RbConfig.ruby, "-I", LIB, File.join(Kafka::ROOT, "exe", "karafka"), *arguments]
      run_program(*command, env:, chdir: root)
    end

    # @return [Child]
    def run_program(*command, env: {}, chdir: folder)
      child = Child.new(command, env: { "KAFKA" => kafka }.merge(env), chdir:)
      children << child
      child
    end

    # @return [String] an empty folder of this example
    def folder
      @folder ||= Dir.mktmpdir("karafka-spec").tap { |path| cleanups << -> { FileUtils.rm_rf(path) } }
    end

    # Waits until the block answers something true.
    #
    # @param what [String] for the message when time is over
    # @return [Object] what the block answered
    def await(what, within: 30, &block)
      LocalKafka.wait(within, every: 0.05, &block) || raise("not within #{within} s: #{what}")
    end

    def children = @children ||= []
    def cleanups = @cleanups ||= []

    # @return [String] what the processes of this example printed, for the report of a failure
    def children_output
      children.map { |child| "-- process #{child.pid}\n#{child.lines.last(60).join("\n")}" }.join("\n")
    end

    # Ends what the example started, in reverse order, all of it even if one fails.
    def end_example
      failures = [*cleanups, *children.map { |child| -> { child.close } }].reverse.map do |cleanup|
        cleanup.call
        nil
      rescue StandardError => e
        e
      end
      raise failures.compact.first if failures.any?
    end
  end
end
