# frozen_string_literal: true

require "json"
require "rbconfig"

module Demo
  module Lanes
    # The app in a process of its own, as `karafka server` runs it, and what it tells line by line.
    class Server
      ROOT = File.expand_path("../../../..", __dir__)
      COMMAND = [RbConfig.ruby, "-I", File.join(ROOT, "lib"), File.join(ROOT, "exe/karafka"), "server"].freeze
      private_constant :ROOT, :COMMAND

      # @return [Array<String>] what it printed beside its report
      attr_reader :output

      # @param books [Books] told of each event, on a thread of this
      # @param env [Hash{String => String}] what the app reads
      def initialize(books, env)
        @books = books
        @output = []
        reading, writing = IO.pipe
        # A group of its own: Ctrl-C reaches this process alone, which then stops the other one.
        @pid = Process.spawn(env, *COMMAND, chdir: File.join(ROOT, "examples/lanes"), pgroup: true,
                                            in: File::NULL, %i[out err] => writing)
        writing.close
        @process = Process.detach(@pid)
        @reader = Thread.new { read(reading) }
      end

      # Lets it end what its lanes are at.
      def stop
        signal("TERM")
      end

      def kill
        signal("KILL")
      end

      def running? = @process.alive?

      # Waits for its end, and for the last that it told.
      #
      # @return [Process::Status]
      def join
        @process.join
        @reader.join
        @process.value
      end

      private

      # Its number may be another's once it has ended.
      def signal(name)
        Process.kill(name, @pid) if running?
      rescue Errno::ESRCH
        nil
      end

      def read(pipe)
        pipe.each_line(chomp: true) do |line|
          line.start_with?("{") ? @books.write(JSON.parse(line, symbolize_names: true)) : @output << line
        rescue JSON::ParserError
          @output << line # killed while it wrote
        end
      ensure
        pipe.close
      end
    end
  end
end
