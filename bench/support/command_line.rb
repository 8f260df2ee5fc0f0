# frozen_string_literal: true

require "optparse"

module Bench
  # The words behind `bin/bench`.
  class CommandLine
    HELP = <<~TEXT
      Usage: bin/bench [options] [throughput] [produce] [memory] [delay] [jobs] [lanes] [json] [cipher]

        throughput  consuming: messages a second, CPU, ratio to a bare loop over librdkafka, peak memory
        produce     the same for producing, and the delay of one message at a time
        memory      resident memory while 20 million messages are produced; only when it is named, as
                    the broker needs 5 GB of disk meanwhile
        delay       from produce to consume at even rates
        jobs        empty jobs of Active Job beside its async adapter, and the testing helpers
        lanes       sharing batches out to virtual partitions: its cost, and what work that waits gains
        json        reading JSON payloads, whole and by pointer, beside Ruby's json and oj; needs no Kafka
        cipher      encryption of payloads beside the primitives alone; needs no Kafka

      CPU is that of the whole process, counted from Server.run (boot left out). Every figure
      is the median, with the spread in brackets. Karafka and WaterDrop themselves take part when
      their gems are installed.

      Options:
    TEXT

    LIMIT = %w[
      cargo build --quiet --release --locked --manifest-path bench/limit/Cargo.toml --target-dir target
    ].freeze

    TABLES = %w[throughput produce delay jobs lanes json cipher].freeze
    NAMED_ONLY = %w[memory].freeze
    WITHOUT_KAFKA = { "json" => :Json, "cipher" => :Cipher }.freeze

    Options = Struct.new(:messages, :bytes, :repeat, :batches, :seconds, :rates, :kafka, :rows, :jobs, :specs,
                         :soak, :synchronous)

    def initialize(arguments)
      @arguments = arguments
      @options = Options.new(1_000_000, 200, 3, [1_000, 100], 20, [20, 200, 2_000], nil, //, 100_000, 2_000,
                             20_000_000, 2_000)
      $stdout.sync = true
    end

    # @return [Integer] exit code
    def run
      tables = parser.parse(@arguments)
      return puts(parser.help) || 0 if @help

      tables = TABLES if tables.empty?
      unknown = (tables - TABLES - NAMED_ONLY).first
      raise OptionParser::InvalidArgument, unknown if unknown

      compile
      measure_all(tables)
      0
    rescue OptionParser::ParseError => e
      warn "bench: #{e.message}", "See bin/bench --help"
      2
    rescue Error, LocalKafka::Error => e
      warn "bench: #{e.message}"
      1
    end

    private

    def measure_all(tables)
      alone, others = tables.partition { |name| WITHOUT_KAFKA.key?(name) }
      Broker.with(@options.kafka) { |servers| others.each { |name| measure(name, servers) } } if others.any?
      alone.each { |name| Bench.const_get(WITHOUT_KAFKA.fetch(name)).new(@options).run }
    end

    def measure(name, servers)
      { "throughput" => Throughput, "produce" => Produce, "memory" => Memory, "delay" => Delay,
        "jobs" => Jobs, "lanes" => Lanes }.fetch(name).new(@options, servers).run
    end

    def parser
      @parser ||= OptionParser.new(HELP, 22) do |words|
        words.on("--rows PATTERN", Regexp, "only rows whose name matches") { |rows| @options.rows = rows }
        words.on("--kafka HOST:PORT", "use this Kafka; else one is started") do |servers|
          @options.kafka = servers
        end
        words.on("-h", "--help", "this text") { @help = true }
        throughput(words)
        produce(words)
        delay(words)
        jobs(words)
      end
    end

    def throughput(words)
      words.separator("\nOptions of throughput and produce:")
      words.on("--messages N", Integer, "messages a row (1000000)") { |count| @options.messages = count }
      words.on("--size BYTES", Integer, "bytes a message (200)") { |bytes| @options.bytes = bytes }
      words.on("--repeat N", Integer, "times a row (3)") { |times| @options.repeat = times }
      words.on("--max LIST", Array, "max_messages (1000,100)") { |list| @options.batches = numbers(list) }
    end

    def produce(words)
      words.on("--synchronous N", Integer, "messages a row, one at a time (2000)") do |count|
        @options.synchronous = count
      end
      words.separator("\nOptions of memory:")
      words.on("--soak N", Integer, "messages a row (20000000)") { |count| @options.soak = count }
    end

    def delay(words)
      words.separator("\nOptions of delay:")
      words.on("--seconds N", Integer, "seconds a row (20)") { |seconds| @options.seconds = seconds }
      words.on("--rates LIST", Array, "messages a second (20,200,2000)") do |list|
        @options.rates = numbers(list)
      end
    end

    def jobs(words)
      words.separator("\nOptions of jobs (and --repeat):")
      words.on("--jobs N", Integer, "jobs a row (100000)") { |count| @options.jobs = count }
      words.on("--specs N", Integer, "specs a row (2000)") { |count| @options.specs = count }
    end

    def numbers(list) = list.map { |text| Integer(text) }

    def compile
      { "bench/limit" => LIMIT, "the Rust core" => %w[rake --quiet compile] }.each do |what, command|
        warn "Compiling #{what}"
        system(*command, chdir: ROOT, out: $stderr) || raise(Error, "#{what} does not compile")
      end
    end
  end
end
