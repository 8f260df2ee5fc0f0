# frozen_string_literal: true

require "socket"

module Karafka
  module Instrumentation
    module Vendors
      module Kubernetes
        # Answers any HTTP request with one JSON document. A thread of its own serves requests one
        # after another; a client that sends nothing or breaks off costs the next one at most
        # {PATIENCE} and never ends the thread.
        class HealthServer
          # Seconds for a request line to arrive.
          PATIENCE = 1
          REASONS = { 200 => "OK", 500 => "Internal Server Error" }.freeze
          private_constant :REASONS

          # Listens at once.
          #
          # @param hostname [String, nil] nil for all interfaces
          # @param port [Integer]
          # @yieldreturn [Array(Integer, String)] status and body of one reply
          # @raise [SystemCallError] the address cannot be had
          def initialize(hostname, port, &reply)
            @reply = reply
            @socket = TCPServer.new(*[hostname, port].compact)
            @thread = Thread.new { serve }
            @thread.name = "karafka.health"
            @thread.report_on_exception = false
          end

          # @return [Integer] the port it listens on
          def port
            @socket.local_address.ip_port
          end

          # Refuses connections from now on.
          def stop
            close
            @thread.join
            nil
          end

          # Gives up the socket without waiting; in a forked child, where the thread is not.
          def close
            @socket.close
            nil
          end

          private

          def serve
            loop { answer(@socket.accept) }
          rescue IOError, Errno::EBADF
            # Stopped.
          end

          def answer(client)
            read_request_line(client)
            status, body = @reply.call
            client.write(response(status, body))
          rescue IOError, SystemCallError
            # The client went away, which is its own matter.
          rescue StandardError => e
            # A health check of the app raised: unhealthy, and said so.
            client.write(response(500, JSON.generate(status: "unhealthy", error: e.full_message)))
          ensure
            close_quietly(client)
          end

          def read_request_line(client)
            deadline = ::Process.clock_gettime(::Process::CLOCK_MONOTONIC) + PATIENCE
            received = +""
            until received.include?("\n")
              left = deadline - ::Process.clock_gettime(::Process::CLOCK_MONOTONIC)
              raise IOError, "no request" if left <= 0 || received.bytesize > 8_192
              next unless client.wait_readable(left)

              received << client.readpartial(1_024)
            end
          end

          def response(status, body)
            [
              "HTTP/1.1 #{status} #{REASONS.fetch(status)}",
              "Content-Type: application/json",
              "Content-Length: #{body.bytesize}",
              "Connection: close",
              "",
              body
            ].join("\r\n")
          end

          def close_quietly(client)
            client.close
          rescue IOError, SystemCallError
            # It was closed by the other side.
          end
        end
      end
    end
  end
end
