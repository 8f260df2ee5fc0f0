# frozen_string_literal: true

require "json"

module Karafka
  module Instrumentation
    module Vendors
      module Kubernetes
        # Ground for liveness listeners: an HTTP server whose answer follows `healthy?`.
        #
        # Subclasses define `healthy?` and call {#start} and {#stop} on the events that fit them.
        class BaseListener
          include Core::Helpers::Time

          # @param hostname [String, nil] address to bind, nil for all
          # @param port [Integer] in embedded mode another one than that of the web server
          def initialize(hostname: nil, port: 3_000)
            @hostname = hostname
            @port = port
          end

          private

          # Serves from now on; nothing if it does already.
          #
          # @raise [SystemCallError] the port is taken
          def start
            return if @server

            @server = HealthServer.new(@hostname, @port) { reply }
          end

          # Refuses connections from now on; nothing if it never served.
          def stop
            server = @server
            @server = nil
            server&.stop
          end

          # Status and body come from one and the same look.
          #
          # @return [Array(Integer, String)]
          def reply
            @verdict = healthy?
            [@verdict ? 200 : 500, JSON.generate(status_body)]
          end

          # @return [Hash] what the body says
          def status_body
            {
              status: @verdict ? "healthy" : "unhealthy",
              timestamp: ::Time.now.to_i,
              port: @port,
              process_id: ::Process.pid
            }
          end
        end
      end
    end
  end
end
