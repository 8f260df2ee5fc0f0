# frozen_string_literal: true

require "socket"

module Specs
  # A TCP relay between clients and a broker, to make trouble on the way. Each connection has one thread
  # a direction. Threads: the methods may be called from any.
  class Proxy
    CHUNK = 16_384
    private_constant :CHUNK

    # @return [Integer] port that clients connect to
    attr_reader :port

    # @param target [Integer] port of the broker on the loopback address
    def initialize(target)
      @target = target
      @server = TCPServer.new("127.0.0.1", 0)
      @port = @server.addr[1]
      @mutex = Mutex.new
      @changed = ConditionVariable.new
      @stalled = []
      @pairs = []
      @budget = nil
      @cuts = 0
      @acceptor = Thread.new { accept_all }
    end

    # @return [String] host:port for `bootstrap.servers`
    def address = "127.0.0.1:#{@port}"

    # @return [Integer] connections that were cut
    def cuts = @mutex.synchronize { @cuts }

    # Forwards nothing any more; connections stay open, new ones are accepted.
    #
    # @param directions [Array<Symbol>] `:requests`, `:answers`
    def stall(*directions)
      @mutex.synchronize { @stalled = directions.empty? ? %i[requests answers] : directions }
    end

    # Forwards again, also what was held back.
    def resume
      @mutex.synchronize do
        @stalled = []
        @changed.broadcast
      end
    end

    # Cuts every connection, with what is held back.
    def cut
      @mutex.synchronize { @pairs.dup }.each { |pair| cut_pair(pair) }
    end

    # From now on each connection is cut after about so many bytes of requests, in the middle of one.
    #
    # @param range [Range<Integer>, nil] nil ends it
    def cut_after(range)
      @mutex.synchronize { @budget = range }
    end

    def close
      @acceptor.kill.join
      @server.close
      resume
      cut
    end

    private

    def accept_all
      loop do
        client = @server.accept
        serve([client, TCPSocket.new("127.0.0.1", @target)])
      rescue SystemCallError
        client&.close # the broker is not there
      end
    end

    def serve(pair)
      left = @mutex.synchronize do
        @pairs << pair
        @budget && rand(@budget)
      end
      client, broker = pair
      Thread.new { relay(client, broker, pair, :requests, left) }
      Thread.new { relay(broker, client, pair, :answers, nil) }
    end

    def relay(from, onto, pair, direction, left)
      loop do
        bytes = from.readpartial(CHUNK)
        await_turn(direction)
        onto.write(left ? bytes.byteslice(0, left) : bytes)
        break if left && (left -= bytes.bytesize) <= 0
      end
    rescue SystemCallError, IOError
      nil
    ensure
      cut_pair(pair)
    end

    def await_turn(direction)
      @mutex.synchronize { @changed.wait(@mutex) while @stalled.include?(direction) }
    end

    # The sockets are shut down rather than closed first, which wakes the thread of the other direction.
    def cut_pair(pair)
      @mutex.synchronize { @cuts += 1 if @pairs.delete(pair) } || return
      pair.each do |socket|
        socket.shutdown
      rescue SystemCallError, IOError
        nil # the other side was faster
      end
      pair.each(&:close)
    end
  end
end
