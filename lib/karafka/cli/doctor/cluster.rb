# frozen_string_literal: true

module Karafka
  class Cli
    class Doctor < Base
      # Connects, and compares what the app needs with the topics that are there.
      class Cluster
        # @return [Array<Finding>]
        def findings
          cluster = connect
          return [cluster] if cluster.is_a?(Finding)

          @partitions = cluster.topics.to_h { |topic| [topic[:topic_name], topic[:partition_count]] }
          [connected(cluster), *elsewhere, *missing, *small]
        end

        private

        # Whoever waits for an answer wants to know soon that there is none.
        def connect
          App.config.internal.connection.proxy.metadata.max_attempts = 1
          Admin.cluster_info
        rescue StandardError => e
          Finding.new(level: :must, area: "Kafka", text: "no answer from #{servers}: #{e.message}",
                      advice: "check `bootstrap.servers`, the credentials, and that brokers are reachable",
                      blocking: true)
        end

        def servers
          App.config.kafka[:"bootstrap.servers"]
        end

        def connected(cluster)
          Finding.new(level: :fine, area: "Kafka", text: "brokers #{cluster.brokers.size}, at #{servers}")
        end

        # Topics of other clusters are left to whoever looks after those.
        def elsewhere
          others = (App.declaratives.topics.to_a - declared).select(&:active?)
          others.map do |topic|
            Finding.new(level: :differs, area: "topic #{topic.name}",
                        text: "is of another cluster, #{topic.bootstrap_servers}, and was not looked for",
                        advice: "nothing; the `topics` commands leave it out as well")
          end
        end

        def declared
          @declared ||= App.declaratives.topics.select do |topic|
            [nil, servers].include?(topic.bootstrap_servers)
          end
        end

        def missing
          names = (declared.map(&:name) + needed).uniq
          names.reject { |name| @partitions.key?(name) }.map do |name|
            must(name, "does not exist", creation(name))
          end
        end

        # Names that routes have and declarations may not.
        def needed
          routed = App.routes.flat_map { |group| group.topics.to_a }.select do |topic|
            topic.active? && [nil, servers].include?(topic.kafka[:"bootstrap.servers"])
          end
          routed.reject(&:patterns?).map(&:name) + routed.filter_map { |topic| dead_letters_of(topic) }
        end

        def dead_letters_of(topic)
          topic.dead_letter_queue.topic_name if topic.dead_letter_queue?
        end

        def creation(name)
          active = declared.select(&:active?).map(&:name)
          return "`karafka topics migrate` creates it" if active.include?(name)

          "create it, or declare it: `declaratives.draw { topic(#{name.inspect}) { partitions 1 } }`"
        end

        def small
          short = declared.select { |topic| topic.active? && @partitions.key?(topic.name) }
          short.select! { |topic| @partitions.fetch(topic.name) < topic.partitions }
          short.map do |topic|
            there = @partitions.fetch(topic.name)
            must(topic.name, "has #{there} partitions, #{topic.partitions} are declared",
                 "`karafka topics migrate` adds them; keys may move to other partitions")
          end
        end

        def must(topic, text, advice)
          Finding.new(level: :must, area: "topic #{topic}", text:, advice:)
        end
      end
    end
  end
end
