# frozen_string_literal: true

require "json"
require "open3"
require "timeout"

module Bench
  # One client under test: a command with an environment, whose last line is a JSON report.
  class Program
    attr_reader :name

    # @param name [String] as the table calls it
    # @param command [Array<String>]
    # @param env [Hash{String => String}]
    def initialize(name, command, env = {})
      @name = name
      @command = command
      @env = env
    end

    # @param given [Hash{String => Object}] the environment of this run
    # @param within [Numeric] seconds after which the program is killed
    # @return [Hash{String => Numeric}] its report
    # @raise [Error] with what the program said, when it failed
    def report(given, within: 300)
      output = run(given, within: within)
      JSON.parse(output.lines.grep(/^\{.*\}$/).last || raise(Error, "#{name} reported nothing:\n#{output}"))
    end

    # The same for a program that reports nothing.
    #
    # @return [String] its output
    def run(given, within: 300)
      env = @env.merge(given.transform_values(&:to_s))
      command = @command.map { |word| word.gsub(/\$([A-Z]+)/) { env.fetch(Regexp.last_match(1)) } }
      output, status = finish(env, command, within)
      raise Error, "#{name} failed:\n#{output.lines.last(15).join}" unless status.success?

      output
    end

    private

    def finish(env, command, within)
      reader, writer = IO.pipe
      pid = Process.spawn(env, *command, chdir: ROOT, in: File::NULL, %i[out err] => writer, pgroup: true)
      writer.close
      output = Timeout.timeout(within) { reader.read }
      [output, (ended = Process.wait2(pid)).last]
    rescue Timeout::Error
      raise Error, "#{name} was not through after #{within} s"
    ensure
      reader&.close
      kill(pid) if pid && !ended
    end

    # Only before it was waited for: afterwards the id may be another program's.
    def kill(pid)
      Process.kill("KILL", -pid)
      Process.wait(pid)
    rescue Errno::ESRCH
      nil
    end
  end
end
