# frozen_string_literal: true

# What the listeners of vendors see of the framework, and a client that remembers its calls.
module VendorFakes
  # Remembers every call with its arguments.
  class Client
    attr_reader :calls

    def initialize
      @calls = []
    end

    def method_missing(name, *args, **options)
      @calls << [name, *args, *(options.empty? ? [] : [[:keywords, options]])]
      nil
    end

    def respond_to_missing?(*) = true

    def names
      @calls.map(&:first)
    end
  end

  Group = Struct.new(:id)
  Topic = Struct.new(:name, :group, :consumer)
  BATCH = Object.new.tap do |batch|
    { size: 10, first_offset: 100, last_offset: 109, processing_lag: 7, consumption_lag: 9 }
      .each { |name, value| batch.define_singleton_method(name) { value } }
  end
  Messages = Struct.new(:metadata)
  Queue = Struct.new(:statistics)

  # Where a job belongs.
  class Executor
    def topic = Topic.new("orders", Group.new("app"), Consumer)
    def partition = 3
  end

  # A consumer of one batch.
  class Consumer
    def topic = Topic.new("orders", Group.new("app"), Consumer)
    def partition = 3
    def messages = Messages.new(BATCH)

    private

    def attempt = 2
  end

  # A job as `worker.process` shows it.
  class Consume
    def self.action = :consume
    def id = "abc"
    def executor = Executor.new
  end

  STATISTICS = {
    "rxmsgs_d" => 5, "rxmsg_bytes" => 1_000,
    "brokers" => {
      "a" => { "nodeid" => -1, "nodename" => "bootstrap", "txretries_d" => 9 },
      "b" => { "nodeid" => 1, "nodename" => "kafka:9092", "txretries_d" => 1, "txerrs_d" => 2,
               "rxerrs_d" => 3, "connects_d" => 4, "disconnects_d" => 5,
               "rtt" => { "avg" => 10, "p95" => 20, "p99" => 30 } }
    },
    "topics" => {
      "orders" => { "partitions" => {
        "-1" => { "consumer_lag" => 5, "consumer_lag_stored" => 5 },
        "0" => { "fetch_state" => "active", "consumer_lag" => 4, "consumer_lag_stored" => 3,
                 "consumer_lag_stored_d" => -1 },
        "1" => { "fetch_state" => "active", "consumer_lag" => 2, "consumer_lag_stored" => 4,
                 "consumer_lag_stored_d" => 1 },
        "2" => { "fetch_state" => "none", "consumer_lag" => 4, "consumer_lag_stored" => 4 },
        "3" => { "fetch_state" => "stopped", "consumer_lag" => 4, "consumer_lag_stored" => 4 },
        "4" => { "fetch_state" => "active", "consumer_lag" => -1, "consumer_lag_stored" => 4 },
        "5" => { "fetch_state" => "active", "consumer_lag" => 4, "consumer_lag_stored" => -1 }
      } },
      "quiet" => { "partitions" => { "0" => { "fetch_state" => "none" } } }
    }
  }.freeze

  def event(id, payload = {}, time = nil)
    Karafka::Core::Monitoring::Event.new(id, payload, time)
  end

  def statistics_event(statistics = STATISTICS)
    event("statistics.emitted", { consumer_group_id: "app", group_id: "app", statistics: })
  end
end
