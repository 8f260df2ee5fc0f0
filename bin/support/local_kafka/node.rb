# frozen_string_literal: true

require "fileutils"
require "open3"

module LocalKafka
  # One broker process: its folder, its JVM, its life and death.
  class Node
    LOGGING = %w[
      -Dorg.slf4j.simpleLogger.defaultLogLevel=info
      -Dorg.slf4j.simpleLogger.showDateTime=true
      -Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS
    ].freeze

    # Seconds a broker may take for its orderly shutdown; then it is killed.
    STOP_WITHIN = 15

    attr_reader :id

    # @param settings [Settings]
    # @param id [Integer] node id, from 1
    def initialize(settings, id)
      @settings = settings
      @id = id
    end

    def port = @settings.port + id - 1
    def folder = File.join(@settings.data, "node-#{id}")
    def log = File.join(folder, "server.log")

    # Writes the node's properties and, the first time, formats its storage.
    #
    # @param class_path [String] what `java -cp` takes
    # @param cluster_id [String] the id that all nodes share
    def prepare(class_path, cluster_id)
      FileUtils.mkdir_p(folder)
      File.write(properties, Properties.new(@settings, id, folder).to_s)
      return if File.exist?(File.join(folder, "data", "meta.properties"))

      said, status = Open3.capture2e(
        "java", "-XX:TieredStopAtLevel=1", "-cp", class_path, "kafka.tools.StorageTool",
        "format", "-t", cluster_id, "-c", properties, *scram
      )
      raise Error, "node #{id}: the storage could not be formatted:\n#{said}" unless status.success?
    end

    # @param class_path [String]
    # @return [Integer] the process id
    def start(class_path)
      command = ["java", "-Xms128m", "-Xmx#{@settings.heap_size}", *LOGGING, "-cp", class_path,
                 "kafka.Kafka", properties]
      pid = Process.spawn(*command, pgroup: true, chdir: folder, in: File::NULL, out: [log, "a"],
                                    err: %i[child out])
      File.write(pid_file, pid.to_s)
      @waiter = Process.detach(pid)
      pid
    end

    # @return [String, nil] how a broker ended that this object started
    def ending = @waiter && !@waiter.alive? ? @waiter.value.to_s : nil

    # @return [Integer, nil] process id of the running broker
    def pid
      return @waiter.pid if @waiter&.alive?

      found = File.read(pid_file).to_i
      command_of(found).include?(properties) ? found : nil
    rescue Errno::ENOENT, Errno::ESRCH
      nil
    end

    def running? = !pid.nil?

    # @param name [String] e.g. "TERM", "KILL", "STOP", "CONT"
    # @return [Boolean] whether there was a process to send it to
    def signal(name)
      target = pid or return false
      Process.kill(name, target)
      true
    rescue Errno::ESRCH
      false
    end

    # Ends the process, by force if it does not end in time.
    def await_end(within: STOP_WITHIN)
      return if LocalKafka.wait(within) { !running? }

      signal("KILL")
      LocalKafka.wait(5) { !running? } or raise Error, "node #{id} (process #{pid}) does not end"
    end

    # @param lines [Integer]
    # @return [String] the end of the node's log
    def tail(lines = 15) = File.exist?(log) ? File.foreach(log).to_a.last(lines).join : ""

    private

    def properties = File.join(folder, "server.properties")
    def pid_file = File.join(folder, "pid")

    # A process id may have gone to another program since the file was written.
    def command_of(process)
      return File.read("/proc/#{process}/cmdline") if File.directory?("/proc/self")

      Open3.capture2("ps", "-p", process.to_s, "-o", "command=").first
    end

    def scram
      return [] unless @settings.sasl_ssl

      Properties::USERS.to_a.product(%w[SCRAM-SHA-256 SCRAM-SHA-512]).flat_map do |(name, secret), mechanism|
        ["--add-scram", "#{mechanism}=[name=#{name},password=#{secret}]"]
      end
    end
  end
end
