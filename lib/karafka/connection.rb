# frozen_string_literal: true

module Karafka
  # From Kafka to scheduled jobs: one listener and one client for each subscription group.
  module Connection
    autoload :Client, "karafka/connection/client"
    autoload :Conductor, "karafka/connection/conductor"
    autoload :Departure, "karafka/connection/departure"
    autoload :Events, "karafka/connection/events"
    autoload :LagCompensation, "karafka/connection/lag_compensation"
    autoload :Listener, "karafka/connection/listener"
    autoload :ListenersBatch, "karafka/connection/listeners_batch"
    autoload :Manager, "karafka/connection/manager"
    autoload :Marks, "karafka/connection/marks"
    autoload :MessagesBuffer, "karafka/connection/messages_buffer"
    autoload :Positions, "karafka/connection/positions"
    autoload :Proxy, "karafka/connection/proxy"
    autoload :Queries, "karafka/connection/queries"
    autoload :Reading, "karafka/connection/reading"
    autoload :RebalanceManager, "karafka/connection/rebalance_manager"
    autoload :Status, "karafka/connection/status"
    autoload :TokenBearer, "karafka/connection/token_bearer"
  end
end
