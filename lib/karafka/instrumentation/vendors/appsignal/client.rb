# frozen_string_literal: true

module Karafka
  module Instrumentation
    module Vendors
      module Appsignal
        # What the listeners need of the AppSignal gem. Apps may hand in another object that answers
        # the same.
        class Client
          # @param namespace_name [String, nil] nil for AppSignal's background jobs
          def initialize(namespace_name: nil)
            @namespace_name = namespace_name
          end

          # Adds to a counter.
          def count(key, value, tags)
            ::Appsignal.increment_counter(key, value, texts(tags))
          end

          # Sets a gauge.
          def gauge(key, value, tags)
            ::Appsignal.set_gauge(key, value, texts(tags))
          end

          # @param action_name [String]
          def start_transaction(action_name)
            ::Appsignal::Transaction.create(namespace).set_action_if_nil(action_name)
          end

          # Ends the transaction of this thread, if one runs.
          def stop_transaction
            ::Appsignal::Transaction.complete_current!
          end

          # @param values [Hash] marks on the transaction of this thread
          def metadata=(values)
            return unless transaction?

            current = ::Appsignal::Transaction.current
            texts(values).each { |name, value| current.set_metadata(name, value) }
          end

          # Reports within the transaction of this thread, or on its own.
          #
          # @param error [Exception]
          def report_error(error)
            return ::Appsignal.set_error(error) if transaction?

            ::Appsignal.send_error(error) { |transaction| transaction.set_namespace(namespace) }
          end

          # @param name [Symbol]
          # @param probe [#call] asked once a minute
          def register_probe(name, probe)
            ::Appsignal::Probes.register(name, probe)
          end

          private

          # AppSignal takes Strings only.
          def texts(tags)
            tags.to_h { |name, value| [name.to_s, value.to_s] }
          end

          def transaction?
            ::Appsignal::Transaction.current?
          end

          def namespace
            @namespace_name || ::Appsignal::Transaction::BACKGROUND_JOB
          end
        end
      end
    end
  end
end
