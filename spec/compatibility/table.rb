# frozen_string_literal: true

# The features that a topic may have, one row each. Everything about pairs of them comes from here: the
# specs on a real broker, the refusals, and the table in the README.
module Compatibility
  # `routing` is evaluated for the topic with a {Scenario} as argument; `consumer` says what the consumer of
  # the scenario does beside consuming. Without a routing, the specs see to what it needs.
  Feature = Struct.new(:name, :title, :consumer, :routing, keyword_init: true)

  # A pair that is refused at boot: the routing, and a pattern that the reason matches.
  Refusal = Struct.new(:names, :routing, :reason, keyword_init: true)

  FEATURES = [] # rubocop:disable Style/MutableConstant
  REFUSALS = [] # rubocop:disable Style/MutableConstant

  # More than two at once, where two that meet in one run, or in one transaction, meet a third.
  BEYOND_PAIRS = [
    %i[active_job virtual_partitions long_running_job],
    %i[active_job virtual_partitions dead_letter_queue],
    %i[active_job long_running_job dead_letter_queue],
    %i[active_job virtual_partitions long_running_job dead_letter_queue],
    %i[active_job virtual_partitions dead_letter_queue encryption],
    %i[transactions virtual_partitions dead_letter_queue],
    %i[transactions virtual_partitions long_running_job],
    %i[transactions virtual_partitions manual_offset_management],
    %i[transactions long_running_job dead_letter_queue],
    %i[transactions virtual_partitions long_running_job dead_letter_queue encryption],
    %i[filtering virtual_partitions long_running_job dead_letter_queue],
    %i[periodic virtual_partitions long_running_job dead_letter_queue],
    %i[periodic filtering long_running_job eofed],
    %i[periodic transactions virtual_partitions long_running_job]
  ].freeze

  class << self
    # @return [Array<Array(Feature, Feature)>] each feature beside each other
    def pairs = FEATURES.combination(2).to_a

    # @return [Array<Array<Feature>>] what {BEYOND_PAIRS} names
    def beyond_pairs
      BEYOND_PAIRS.map { |names| names.map { |name| FEATURES.find { |feature| feature.name == name } } }
    end

    # @return [String] as the README shows it
    def markdown
      heads = FEATURES.drop(1).map(&:title)
      rows = FEATURES[0..-2].map.with_index do |feature, row|
        cells = FEATURES.drop(1).map.with_index { |other, column| column < row ? "" : mark(feature, other) }
        "| #{feature.title} | #{cells.join(" | ")} |"
      end
      ["| | #{heads.join(" | ")} |", "|---|#{"---|" * heads.size}", *rows].join("\n")
    end

    private

    def feature(name, title, consumer: nil, &routing)
      FEATURES << Feature.new(name:, title:, consumer:, routing:)
    end

    def refusal(*names, reason, &routing)
      REFUSALS << Refusal.new(names:, reason:, routing:)
    end

    def mark(feature, other)
      refused = REFUSALS.any? { |refusal| refusal.names.sort == [feature.name, other.name].sort }
      refused ? "yes ¹" : "yes"
    end
  end

  feature(:virtual_partitions, "Virtual partitions") do |scenario|
    virtual_partitions(partitioner: scenario.partitioner, max_partitions: 3)
  end
  feature(:long_running_job, "Long-running jobs") { long_running_job true }
  feature(:manual_offset_management, "Manual offsets") { manual_offset_management true }
  feature(:dead_letter_queue, "Dead letter queue", consumer: :poison) do |scenario|
    dead_letter_queue(topic: scenario.dead_letters, max_retries: 2, mark_after_dispatch: true)
  end
  feature(:transactions, "Transactions", consumer: :transaction)
  feature(:offset_metadata, "Offset metadata", consumer: :metadata) { offset_metadata(cache: false) }
  feature(:patterns, "Routing patterns")
  feature(:pause, "Granular back-off") do
    pause(timeout: 30, max_timeout: 60, with_exponential_backoff: true)
  end
  feature(:deserializers, "Custom deserializers", consumer: :reversed) do
    # Headers without any, those of encryption for instance.
    deserializers(payload: ->(message) { message.raw_payload.reverse },
                  key: ->(metadata) { "key #{metadata.raw_key}" }, headers: ->(_) { {} })
  end
  feature(:eofed, "End of partition", consumer: :eof) do
    eofed true
    kafka("enable.partition.eof": true, inherit: true)
  end
  feature(:encryption, "Encryption")
  feature(:active_job, "Active Job", consumer: :jobs)
  feature(:filtering, "Filters", consumer: :dropping) do |scenario|
    filter(->(*) { scenario.dropper })
    throttle(limit: 5, interval: 50)
  end
  feature(:periodic, "Periodic jobs", consumer: :ticking) do
    periodic(interval: 50, during_pause: true, during_retry: true)
  end

  refusal(:virtual_partitions, :dead_letter_queue, /max_retries.*at least 1 with virtual partitions/m) do
    virtual_partitions(partitioner: lambda(&:raw_key))
    dead_letter_queue(topic: "dead", max_retries: 0)
  end
end
