# frozen_string_literal: true

module Karafka
  module Testing
    class Broker
      # Which embedded brokers live in this process, by the address of each listener. A forked
      # child inherits the list, as the parent's brokers serve it as well.
      module Registry
        @brokers = [].freeze
        @mutex = Mutex.new

        class << self
          # @param broker [Broker] just started
          def add(broker)
            @mutex.synchronize do
              stop_at_exit
              @brokers = [*@brokers, broker].freeze
            end
          end

          # @param broker [Broker] just stopped
          # @return [nil]
          def remove(broker)
            @mutex.synchronize { @brokers = (@brokers - [broker]).freeze }
            nil
          end

          # @param servers [String, nil] a `bootstrap.servers` value
          # @return [Boolean]
          def embedded?(servers)
            brokers = @brokers
            return false if brokers.empty? || servers.nil?

            asked = addresses(servers)
            brokers.any? { |broker| addresses(broker.bootstrap_servers).intersect?(asked) }
          end

          private

          # `localhost` and a protocol prefix name the same listener.
          def addresses(servers)
            servers.to_s.split(",").map do |server|
              server.strip.sub(%r{\A\w+://}, "").sub(/\Alocalhost:/, "127.0.0.1:")
            end
          end

          # Registered with the first broker, so that hooks registered later, such as those which
          # close clients, run before the brokers go.
          def stop_at_exit
            return if @exit_hook

            @exit_hook = true
            at_exit { @brokers.each(&:stop) }
          end
        end
      end
    end
  end
end
