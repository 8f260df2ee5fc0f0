# frozen_string_literal: true

require "fileutils"
require "io/wait"
require "open3"
require_relative "cargo"
require_relative "terminal"

module Install
  # What the Makefile of `gem install` calls: compile, install, clean.
  class Build
    # Cargo's build tree: hundreds of megabytes, gone when the library has been taken out of it.
    TREE = File.join(Cargo::ROOT, "ext", "karafka_native", "tree")

    COMMAND = %W[
      build --release --locked --manifest-path #{Cargo::ROOT}/Cargo.toml
      --package karafka_native --target-dir #{TREE}
    ].freeze

    def initialize
      @terminal = Terminal.new
      @compiled = 0
      @crate = "looking up crates"
      @log = []
    end

    def compile
      @started = now
      status = Open3.popen2e(Cargo.environment, Cargo.path, *COMMAND) do |input, output, waiter|
        input.close
        follow(output)
        waiter.value
      end
      status.success? ? done : failed
    end

    # @param folder [String] where the library goes
    def install(folder)
      FileUtils.mkdir_p(folder)
      FileUtils.cp(library, File.join(folder, "karafka_native.#{RbConfig::CONFIG["DLEXT"]}"))
      clean
    end

    def clean = FileUtils.rm_rf(TREE)

    private

    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    def seconds = (now - @started).round
    def library = Dir["#{TREE}/release/libkarafka_native.{so,dylib}"].first

    # Shows life once a second: librdkafka alone takes a minute.
    def follow(output)
      loop do
        next show unless output.wait_readable(1)

        line = output.gets or break
        take(line)
      end
    end

    def take(line)
      @log << line
      @crate = line[/^\s+(?:Compiling|Downloading|Downloaded) (\S+)/, 1] || @crate
      @compiled += 1 if line.match?(/^\s+Compiling /)
      show
    end

    def show
      @terminal.progress(@compiled / 10, "  karafka-native: #{seconds} s, #{@compiled} crates, now #{@crate}")
    end

    def done
      @terminal.say("  karafka-native: compiled #{@compiled} crates in #{seconds} s")
      true
    end

    def failed
      @terminal.wipe
      $stdout.puts(@log)
      clean
      false
    end
  end
end

command, *arguments = ARGV
exit 1 if Install::Build.new.public_send(command, *arguments) == false
