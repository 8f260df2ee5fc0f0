# frozen_string_literal: true

module Karafka
  module Instrumentation
    class LoggerListener
      # Lines about forked nodes.
      module SwarmLines
        # @param event [Core::Monitoring::Event]
        def on_swarm_manager_stopping(event)
          error("Swarm node #{event[:node].pid} is stopped with TERM (status #{event[:status]})")
        end

        # @param event [Core::Monitoring::Event]
        def on_swarm_manager_terminating(event)
          error("Swarm node #{event[:node].pid} did not stop in time and is terminated with KILL")
        end

        # @param event [Core::Monitoring::Event]
        def on_swarm_manager_before_fork(event)
          debug("Swarm node #{event[:node].id} is forked from #{::Process.pid}")
        end

        # @param event [Core::Monitoring::Event]
        def on_swarm_manager_control(event)
          pids = event[:caller].nodes.map(&:pid).join(", ")
          debug("Swarm manager #{::Process.pid} checks nodes #{pids}")
        end

        # @param _event [Core::Monitoring::Event]
        def on_swarm_node_after_fork(_event)
          info("Swarm node #{::Process.pid} forked from #{::Process.ppid}")
        end
      end
    end
  end
end
