# frozen_string_literal: true

require "socket"

module LocalKafka
  # Asks a broker over the Kafka protocol whether it serves. A listening port proves nothing, for
  # a broker accepts connections before it answers.
  module Probe
    METADATA = 3
    COORDINATOR = 10
    VERSION = 1 # of either request
    WITHIN = 2 # seconds for an answer

    # @param port [Integer] a plain text listener on the loopback address
    # @return [Integer] how many brokers serve, 0 while this one does not answer
    def self.brokers(port)
      ask(port, METADATA, [0].pack("l>")).unpack1("l>")
    rescue SystemCallError, IOError
      0
    end

    # Makes the broker create the topics behind its coordinators, so that the first group and the
    # first transaction need not wait for them.
    #
    # @return [Boolean] whether the coordinators of groups and of transactions are there
    def self.coordinators?(port)
      [0, 1].all? do |kind|
        ask(port, COORDINATOR, [5, "probe", kind].pack("s>a5c")).unpack("l>s>").last.zero?
      end
    rescue SystemCallError, IOError
      false
    end

    # @return [Boolean] whether something listens there
    def self.listening?(port)
      Socket.tcp(HOST, port, connect_timeout: 1, &:close)
      true
    rescue SystemCallError
      false
    end

    def self.ask(port, request, body)
      Socket.tcp(HOST, port, connect_timeout: WITHIN) do |socket|
        message = [request, VERSION, 1, 5, "probe"].pack("s>s>l>s>a5") + body
        socket.write([message.bytesize].pack("l>"), message)
        read(socket, read(socket, 4).unpack1("l>")).byteslice(4..)
      end
    end

    def self.read(socket, size)
      bytes = +""
      while bytes.bytesize < size
        raise IOError, "no answer in time" unless socket.wait_readable(WITHIN)

        bytes << socket.readpartial(size - bytes.bytesize)
      end
      bytes
    end
    private_class_method :ask, :read
  end
end
