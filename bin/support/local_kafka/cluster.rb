# frozen_string_literal: true

require "fileutils"
require "securerandom"

module LocalKafka
  # The brokers that share one data folder.
  class Cluster
    READY_WITHIN = 90 # seconds, for a busy machine

    attr_reader :settings

    # @param settings [Settings]
    # @param out [IO] where progress goes
    def initialize(settings, out: $stdout)
      @settings = settings
      @out = out
    end

    # @return [Array<Node>]
    def nodes = @nodes ||= (1..settings.brokers).map { |id| Node.new(settings, id) }

    def running? = nodes.all?(&:running?)

    # Starts what does not run and returns when every broker answers.
    #
    # @param only [Integer, nil] id of the one node to start
    # @raise [Error] when a port is taken, a broker dies, or time is over
    def start(only: nil)
      exclusively do
        asked = chosen(only)
        stopped = asked.reject(&:running?)
        refuse_changes(stopped)
        launch(stopped) unless stopped.empty?
        await(asked)
        stopped
      end
    end

    # Stops in an orderly way, by force if that takes too long.
    #
    # @param only [Integer, nil] id of the one node to stop
    # @return [Array<Node>] those that ran
    def stop(only: nil)
      chosen(only).select(&:running?).each { |node| node.signal("TERM") }.each(&:await_end)
    end

    # Forgets everything stored. The brokers must have been stopped.
    def wipe = FileUtils.rm_rf(settings.data)

    private

    def chosen(only)
      return nodes unless only

      node = nodes.find { |candidate| candidate.id == only }
      raise Error, "there is no node #{only}: this cluster has 1 to #{nodes.size}" unless node

      [node]
    end

    def exclusively(&block)
      FileUtils.mkdir_p(settings.data)
      File.open(File.join(settings.data, ".lock"), File::CREAT | File::RDWR) do |lock|
        lock.flock(File::LOCK_EX)
        block.call
      end
    end

    def refuse_changes(stopped)
      changed = settings.changes(among: stopped.empty? ? Settings::DEFAULTS.keys : Settings::FIXED)
      return if changed.empty?

      raise Error, "the Kafka in #{settings.data} has other settings (#{changed.join(", ")}): " \
                   "stop it with --wipe, or take another --data or --port"
    end

    def launch(stopped)
      class_path = Jars.new(out: @out).class_path
      stopped.each { |node| refuse_taken(node.port) }
      prepare
      @out.puts "Starting Kafka #{Jars::VERSION} (brokers: #{stopped.size}) in #{settings.data}"
      stopped.map { |node| Thread.new { node.prepare(class_path, cluster_id) } }.each(&:value)
      stopped.each { |node| node.start(class_path) }
    end

    def prepare
      Certificates.new(File.join(settings.data, "tls")).make if settings.sasl_ssl
      settings.save
    end

    # A killed broker's port stays open for a moment after the process has gone.
    def refuse_taken(port)
      return if LocalKafka.wait(5) { !Probe.listening?(port) }

      raise Error, "port #{port} is taken by another program: choose another --port"
    end

    # A random UUID in the url-safe form that Kafka wants; it must not begin with a dash.
    def cluster_id
      path = File.join(settings.data, "cluster-id")
      CLUSTER_ID.synchronize do
        File.write(path, "k#{SecureRandom.urlsafe_base64(16)[1..]}") unless File.exist?(path)
        File.read(path)
      end
    end

    CLUSTER_ID = Mutex.new
    private_constant :CLUSTER_ID

    def await(asked)
      whole = asked.size == nodes.size
      asked.each do |node|
        await_node(node) { Probe.brokers(node.port) >= (whole ? nodes.size : 1) }
      end
      await_node(asked.first) { Probe.coordinators?(asked.first.port) } if whole
    end

    def await_node(node, &ready)
      done = LocalKafka.wait(READY_WITHIN) do
        raise Error, "node #{node.id} died at its start (#{node.ending}):\n#{node.tail}" unless node.running?

        ready.call
      end
      raise Error, "node #{node.id} does not answer within #{READY_WITHIN} s:\n#{node.tail}" unless done
    end
  end
end
