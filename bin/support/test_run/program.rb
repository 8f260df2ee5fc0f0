# frozen_string_literal: true

require "io/wait"

module TestRun
  # Runs a program in the repository: prints what it prints as it comes, and keeps it.
  class Program
    # `how` says in words how the program ended, nil when it succeeded.
    Ended = Struct.new(:output, :how) do
      def good = how.nil?
    end

    # @param command [Array<String>]
    # @param environment [Hash{String => String, nil}]
    # @param echo [IO, nil] where the output goes as well
    # @param within [Numeric] seconds after which the program and its children are killed
    # @return [Ended]
    def self.run(*command, environment: {}, echo: $stdout, within: 1800)
      reader, writer = IO.pipe
      pid = Process.spawn(environment, *command, chdir: ROOT, pgroup: true, in: File::NULL,
                                                 %i[out err] => writer)
      writer.close
      output, in_time = collect(reader, echo, TestRun.now + within)
      status = finish(pid, in_time)
      how = in_time ? words(status) : "it was not through after #{within} s and was killed"
      output << "\n#{command.first(2).join(" ")}: #{how}\n" unless in_time
      Ended.new(output.force_encoding(Encoding::UTF_8).scrub, how)
    rescue Interrupt
      finish(pid, false)
      raise
    end

    # Ends with the output, or when time is over. A child that outlives the program and keeps the
    # pipe open counts as not in time.
    def self.collect(reader, echo, deadline)
      output = String.new
      loop do
        left = deadline - TestRun.now
        return [output, false] unless left.positive? && reader.wait_readable(left)

        chunk = reader.readpartial(65_536)
        output << chunk
        echo&.print(chunk)
      end
    rescue EOFError
      [output, true]
    ensure
      reader.close
    end

    def self.finish(pid, in_time)
      Process.kill("KILL", -pid) unless in_time
      Process.wait2(pid).last
    end

    # @param status [Process::Status]
    # @return [String, nil] e.g. "it ended with exit status 2", nil after success
    def self.words(status)
      return if status.success?
      return "it ended with exit status #{status.exitstatus}" unless status.signaled?

      number = status.termsig
      "it was ended by the signal SIG#{Signal.signame(number)} (#{number})" \
        "#{", core dumped" if status.coredump?}"
    end
    private_class_method :collect, :finish, :words
  end
end
