# frozen_string_literal: true

module Karafka
  module Testing
    class LiveApp
      # Points routes and producer of the app at an embedded broker, and back.
      class Redirection
        # What an embedded broker does not speak: encryption, log-in, the newer group protocol.
        UNSPOKEN = /\A(?:ssl\.|sasl\.|security\.protocol|group\.protocol|group\.remote\.assignor)/
        # A group waits for the session of a member that left before it goes on.
        QUICK = { "session.timeout.ms": 2_000, "heartbeat.interval.ms": 500 }.freeze
        # What a producer is beside its connection.
        KEPT = %i[logger monitor middleware max_payload_size max_wait_timeout].freeze
        private_constant :UNSPOKEN, :QUICK, :KEPT

        class << self
          # @param settings [Hash{Symbol => Object}] of librdkafka
          # @param broker [Broker]
          # @return [Hash{Symbol => Object}] the same for that broker
          def kafka(settings, broker, extra = {})
            settings.reject { |name, _| name.match?(UNSPOKEN) }
                    .merge(extra, "bootstrap.servers": broker.bootstrap_servers)
          end

          # @param old [WaterDrop::Producer] whose monitor and middleware stay in use
          # @param broker [Broker]
          # @return [WaterDrop::Producer]
          def producer(old, broker)
            ::WaterDrop::Producer.new do |config|
              KEPT.each { |name| config.public_send(:"#{name}=", old.config.public_send(name)) }
              config.kafka = kafka(old.config.kafka, broker)
            end
          end
        end

        # @param broker [Broker]
        def initialize(broker)
          @broker = broker
          @config = App.config
          @before = { kafka: @config.kafka, producer: @config.producer,
                      shutdown_timeout: @config.shutdown_timeout }
          @topics = App.routes.flat_map { |group| group.topics.to_a }.to_h { |topic| [topic, topic.kafka] }
        end

        # Makes the topics of the routes, and those declared.
        def call
          @config.kafka = self.class.kafka(@before[:kafka], @broker)
          @topics.each { |topic, own| topic.kafka = self.class.kafka(own, @broker, QUICK) }
          refresh
          @config.producer = self.class.producer(@before[:producer], @broker)
          create_topics
        end

        # Leaves the app as it was, ready for examples without a broker.
        def undo
          @config.producer.close
          @before.each { |name, value| @config.public_send(:"#{name}=", value) }
          @topics.each { |topic, own| topic.kafka = own }
          refresh
          Instrumentation::AssignmentsTracker.instance.clear
          @config.internal.status.reset!
          @config.internal.status.initialized!
        end

        private

        def refresh
          @topics.each_key.filter_map(&:subscription_group).uniq.each(&:refresh)
        end

        def create_topics
          dead_letters = routed.select(&:dead_letter_queue?).map do |topic|
            topic.dead_letter_queue.topic_name
          end
          counts = dead_letters.compact.to_h { |name| [name, @broker.partitions] }
          counts.merge!(App.declaratives.topics.to_h { |topic| [topic.name, topic.partitions] },
                        routed.to_h { |topic| [topic.name, topic.declaratives.partitions] })
          counts.each { |name, count| @broker.create_topic(name, partitions: count) }
        end

        # A pattern names no topic; whoever wants one that matches makes it.
        def routed
          @topics.keys.reject(&:patterns?)
        end
      end
    end
  end
end
