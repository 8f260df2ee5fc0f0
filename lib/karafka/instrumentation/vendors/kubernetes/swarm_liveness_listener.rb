# frozen_string_literal: true

module Karafka
  module Instrumentation
    module Vendors
      module Kubernetes
        # Says over HTTP whether the supervisor of a swarm still looks after its nodes.
        class SwarmLivenessListener < BaseListener
          # @param hostname [String, nil]
          # @param port [Integer]
          # @param controlling_ttl [Integer] ms between two looks at the nodes
          def initialize(hostname: nil, port: 3_000, controlling_ttl: 60_000)
            super(hostname:, port:)
            @controlling_ttl = controlling_ttl
            @mutex = Mutex.new
            @controlled_at = monotonic_now
          end

          # @param _event [Core::Monitoring::Event]
          def on_app_supervising(_event)
            controlled
            start
          end

          # @param _event [Core::Monitoring::Event]
          def on_swarm_manager_control(_event)
            controlled
          end

          # A node inherits the socket and must not keep the port when the supervisor is gone.
          #
          # @param _event [Core::Monitoring::Event]
          def on_swarm_node_after_fork(_event)
            @server&.close
            @server = nil
          end

          # @param _event [Core::Monitoring::Event]
          def on_app_stopped(_event)
            stop
          end

          private

          def controlled
            @mutex.synchronize { @controlled_at = monotonic_now }
          end

          def healthy?
            @late = @mutex.synchronize { monotonic_now - @controlled_at > @controlling_ttl }
            !@late
          end

          def status_body
            super.merge(errors: { controlling_ttl_exceeded: @late })
          end
        end
      end
    end
  end
end
