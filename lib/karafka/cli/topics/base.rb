# frozen_string_literal: true

module Karafka
  class Cli
    class Topics
      # One action. `call` returns whether something changed.
      class Base
        include Colors

        # Waits so many seconds after a change, until all brokers know of it.
        SETTLING = 5

        private

        # @return [Array<Declaratives::Topic>] declarations of the default cluster
        def declared
          @declared ||= begin
            own, foreign = App.declaratives.topics.partition { |topic| default_cluster?(topic) }
            foreign.each do |topic|
              puts "#{yellow("Skipping")} topic #{topic.name} of another cluster, #{topic.bootstrap_servers}."
            end
            own
          end
        end

        def default_cluster?(topic)
          own = topic.bootstrap_servers
          own.nil? || own == App.config.kafka[:"bootstrap.servers"]
        end

        # @return [Hash{String => Hash}] name => what the cluster says, of declared topics that exist
        def existing
          @existing ||= Admin.cluster_info.topics.to_h { |topic| [topic[:topic_name], topic] }
        end

        def partitions_of(topic)
          existing.fetch(topic.name)[:partition_count]
        end

        # Makes a change of each topic; what Kafka refuses for one keeps no other from its own. Refusals
        # end the process after the last topic. What was done stays.
        #
        # @yieldparam topic [Declaratives::Topic]
        # @return [Array<Boolean>] what the block returned for each
        def each_topic(topics = declared)
          results = topics.map { |*topic| yield(*topic) }
          exit(1) if @refused
          results
        end

        # @param step [String] what is named when Kafka refuses it
        # @return [Boolean] true; false when it was refused
        def attempt(step)
          yield
          true
        rescue ::Rdkafka::RdkafkaError, ::Rdkafka::AbstractHandle::WaitTimeoutError,
               ::Rdkafka::Config::ConfigError, Errors::ResultNotVisibleError => e
          puts "#{red("#{step} failed")}:"
          puts e.message
          @refused = true
          false
        end

        # One dot a second.
        def settle
          print("Waiting for the cluster to settle")
          SETTLING.times do
            sleep(1)
            print(".")
          end
          puts
        end
      end
    end
  end
end
