# frozen_string_literal: true

require "fileutils"
require "tmpdir"

module TestRun
  # Builds the gem and installs it into an empty folder with no other gem, as a stock Ruby would.
  module Package
    CHECKS = %i[build install size load].freeze
    MOST_CPU_SECONDS = 600 # five minutes on two cores, whatever else the machine does meanwhile
    MOST_MEGABYTES = 60
    LOADED = <<~RUBY
      require "karafka"
      require "karafka_native/karafka_native"
      path = $LOADED_FEATURES.grep(/karafka_native\\./).first
      path.start_with?(ENV.fetch("GEM_HOME")) || abort("loaded from elsewhere: \#{path}")
      puts "  loaded \#{path}"
    RUBY

    # @return [Tally] of four checks: it builds, installs, is small, and loads
    def self.check
      Dir.mktmpdir("karafka-gem") do |home|
        failed = CHECKS.find { |name| !send(name, home).tap { |good| say(name, good) } }
        failed ? Tally.new(CHECKS.index(failed), 1, 0, [failed.to_s]) : Tally.new(CHECKS.size, 0, 0, [])
      end
    end

    def self.say(name, good) = puts("  #{name}: #{good ? "ok" : "FAILED"}")

    def self.build(home) = Program.run("gem", "build", "karafka-native.gemspec", "--output",
                                       "#{home}/it.gem").good

    def self.install(home)
      started = TestRun.now
      used = children_cpu
      good = gem_program(home, "gem", "install", "--local", "--no-document", "#{home}/it.gem")
      used = (children_cpu - used).round
      puts "  installed in #{(TestRun.now - started).round} s, CPU #{used} s (at most #{MOST_CPU_SECONDS})"
      good && used <= MOST_CPU_SECONDS
    end

    def self.children_cpu = Process.times.then { |times| times.cutime + times.cstime }

    def self.size(home)
      bytes = Dir.glob("#{home}/gems/**/*", File::FNM_DOTMATCH).sum do |path|
        File.file?(path) ? File.size(path) : 0
      end
      puts "  #{(bytes / 1e6).round(1)} MB are left (at most #{MOST_MEGABYTES})"
      bytes <= MOST_MEGABYTES * 1_000_000
    end

    def self.load(home) = gem_program(home, "ruby", "-e", LOADED)

    def self.gem_program(home, *command)
      only = { "GEM_HOME" => "#{home}/gems", "GEM_PATH" => "#{home}/gems", "RUBYOPT" => nil,
               "RUBYLIB" => nil }
      Program.run(*command, environment: only).good
    end
    private_class_method :say, :build, :install, :size, :load, :gem_program, :children_cpu
  end
end
