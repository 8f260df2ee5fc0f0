# frozen_string_literal: true

module Karafka
  module Instrumentation
    module Vendors
      module Appsignal
        # Reports errors. Subscribe it before the {MetricsListener}, which ends the transaction that
        # the error belongs to. Works on buses of producers as well.
        class ErrorsListener < Base
          # Sends. Anything that answers as {Client} does.
          setting :client, constructor: -> { Client.new(namespace_name: nil) }

          def_delegators :config, :client

          # @param event [Core::Monitoring::Event]
          def on_error_occurred(event)
            client.report_error(event[:error])
          end
        end
      end
    end
  end
end
