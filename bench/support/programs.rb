# frozen_string_literal: true

require "rbconfig"

module Bench
  # The clients that the benches compare.
  module Programs
    FOLDER = "bench/programs"
    LIMIT = "target/release/limit"
    PARTITIONS = 4
    BARE = "limit: a loop over librdkafka"
    BARE_CORE = "the same loop, with the core's allocator"
    CONSUMING = { "batches only" => "batches", "long-running, batches" => "long-running",
                  "each { raw_payload }" => "raw_payload",
                  "each { payload } (JSON)" => "payload", "each { mark_as_consumed }" => "mark" }.freeze
    PRODUCING = { "produce_async" => "async",
                  "produce_async, acknowledged subscribed" => "async acknowledged",
                  "produce_many_async, 1,000 a call" => "many",
                  "produce_many_async, acknowledged subscribed" => "many acknowledged" }.freeze
    SOAKING = { "produce_async" => "async", "produce_many_async, 1,000 a call" => "many" }.freeze

    # @return [Array<Program>] the limit first
    def self.consumers
      [*limits("consume", "$KAFKA", "$TOPIC", "$GROUP", "$MESSAGES", "$MAX"),
       python("confluent-kafka-python", "consume"),
       python("confluent-kafka-python, 10 ms back-off", "consume", "BACKOFF" => "10"),
       *rubies("karafka") { |*ruby| ruby_rows(*ruby, "consume", CONSUMING) }]
    end

    # @return [Array<Program>] the limit first
    def self.producers
      [*limits("produce", "$KAFKA", "$TOPIC", "$MESSAGES", "$SIZE"),
       python("confluent-kafka-python", "produce"),
       *rubies("waterdrop") { |*ruby| ruby_rows(*ruby, "produce", PRODUCING) }]
    end

    # @return [Array<Program>] of the delay of one message, until it is acknowledged
    def self.acknowledgements
      ours = rubies("waterdrop") do |kind, command|
        [Program.new("#{kind}: produce_sync", [*command, "#{FOLDER}/produce_sync.rb"])]
      end
      [python("confluent-kafka-python: produce, flush", "produce_sync"), *ours]
    end

    # @return [Array<Program>] that tell their memory while they produce
    def self.soaks = ruby_rows("karafka-native", own, "produce", SOAKING)

    # @return [Array<Program>]
    def self.delays
      ours = rubies("karafka") { |kind, command| [Program.new(kind, [*command, "#{FOLDER}/delay.rb"])] }
      [python("confluent-kafka-python", "delay"), *ours,
       Program.new("#{ours.first.name}, batch_linger 0", [*own, "#{FOLDER}/delay.rb"], "LINGER" => "0"),
       Program.new("two bare Ruby threads", [*own, "#{FOLDER}/delay_bare.rb"])]
    end

    # @return [Array<Program>] each `run` works off what the `enqueue` before it wrote, in a group of its own
    def self.jobs
      { "Active Job's async adapter, 1 thread: enqueue and run" => ["async", 1],
        "Active Job's async adapter, 8 threads: enqueue and run" => ["async", 8],
        "karafka-native: enqueue (produce_async)" => ["enqueue", 1],
        "karafka-native: run, 1 lane" => ["run", 1],
        "karafka-native: run, 8 lanes" => ["run", 8] }.map do |name, (mode, lanes)|
        script(name, "jobs", mode, "LANES" => lanes.to_s)
      end
    end

    # @return [Array<Program>] the empty spec first
    def self.helpers
      { "an empty spec, without the helpers" => "empty",
        "consumer_for, produce, consume" => "consumer" }.map { |name, mode| script(name, "helpers", mode) }
    end

    # @return [Program] needs no broker
    def self.fan_out = Program.new("fan-out", [*own, "#{FOLDER}/fan_out.rb"])

    # @return [Program] works a partition off, or fills it
    def self.lanes = Program.new("lanes", [*own, "#{FOLDER}/lanes.rb"])

    # @return [Program] what creates a topic that keeps all in one order
    def self.one_partition = limit("create a topic", "create", "$KAFKA", "$TOPIC", "1")

    # @return [Program] what fills a topic
    def self.filler = limit("fill", "produce", "$KAFKA", "$TOPIC", "$MESSAGES", "$SIZE")

    # @return [Program] what creates a topic
    def self.creator = limit("create a topic", "create", "$KAFKA", "$TOPIC", PARTITIONS.to_s)

    # @return [Array<String>] the command that produces at an even rate
    def self.pace(*arguments) = [File.join(ROOT, LIMIT), "pace", *arguments.map(&:to_s)]

    def self.python(name, program, env = {})
      Program.new(name, [ConfluentPython.path, "#{FOLDER}/#{program}.py"], env)
    end

    # As any program has librdkafka, on the C library's allocator; then on ours.
    def self.limits(*arguments)
      [limit(BARE, *arguments), Program.new(BARE_CORE, [LIMIT, *arguments], "ALLOCATOR" => "core")]
    end

    def self.limit(name, *arguments) = Program.new(name, [LIMIT, *arguments])

    def self.script(name, file, mode, env = {})
      Program.new(name, [*own, "#{FOLDER}/#{file}.rb"], { "MODE" => mode, **env })
    end

    # @return [Array<String>] the command that runs a Ruby program on our library
    def self.own = [RbConfig.ruby, "-I", "lib"]

    # Ours, and the original where its gem happens to be installed.
    def self.rubies(gem_name)
      original = installed?(gem_name) ? yield(gem_name, [RbConfig.ruby]) : []
      yield("karafka-native", own) + original
    end

    def self.ruby_rows(kind, command, program, modes)
      modes.map do |text, mode|
        Program.new("#{kind}: #{text}", [*command, "#{FOLDER}/#{program}.rb"], "MODE" => mode)
      end
    end

    # @return [Boolean] the gem is there
    def self.installed?(gem_name)
      Gem::Specification.find_by_name(gem_name) && true
    rescue Gem::MissingSpecError
      false
    end
    private_class_method :python, :limits, :limit, :script, :rubies, :ruby_rows
  end
end
