# frozen_string_literal: true

require "fileutils"
require "socket"
require "tmpdir"

module LocalKafka
  # Finds ports for a cluster that shall not disturb another.
  module Ports
    WIDTH = 40 # ports from the first that a cluster may use

    # Nobody else who asks here gets the ports before this process ends: brokers bind theirs seconds later.
    #
    # @param range [Range<Integer>] where to look; by default what KARAFKA_SPEC_PORTS says, as
    #   "19000-19499"
    # @return [Integer] a first port, so that it and the WIDTH - 1 after it are free now
    def self.free(range = default)
      firsts = range.step(WIDTH).to_a[..-2].shuffle(random: Random.new)
      # A killed cluster holds its ports for a moment.
      LocalKafka.wait(10) { firsts.find { |first| reserve(first) } } ||
        raise(Error, "no #{WIDTH} free ports in a row between #{range.min} and #{range.max}")
    end

    # The files whose locks reserve ports, by first port.
    RESERVED = {} # rubocop:disable Style/MutableConstant
    private_constant :RESERVED

    def self.reserve(first)
      lock = File.open(File.join(folder, first.to_s), File::RDWR | File::CREAT, 0o666)
      return RESERVED[first] = lock if lock.flock(File::LOCK_EX | File::LOCK_NB) && unused?(first)

      lock.close
      nil
    end

    def self.folder
      File.join(Dir.tmpdir, "karafka-native-ports-#{Process.uid}").tap do |path|
        FileUtils.mkdir_p(path, mode: 0o777)
      end
    end

    def self.unused?(first) = (first...(first + WIDTH)).none? { |port| taken?(port) }

    def self.default
      first, last = ENV.fetch("KARAFKA_SPEC_PORTS", "21000-29999").split("-").map { |port| Integer(port) }
      first..last
    end

    def self.taken?(port)
      TCPServer.new(HOST, port).close
      false
    rescue Errno::EADDRINUSE
      true
    end
    private_class_method :default, :folder, :reserve, :taken?, :unused?
  end
end
