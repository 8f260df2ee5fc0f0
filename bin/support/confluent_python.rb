# frozen_string_literal: true

require "fileutils"
require "open3"

# A Python with confluent-kafka: the independent client that specs and benches compare with. Made
# once in a cache folder that all runs of this user share.
module ConfluentPython
  VERSION = "2.12.1"
  FOLDER = File.expand_path(
    ENV.fetch("KARAFKA_PYTHON_CACHE", File.join(Dir.home, ".cache", "karafka-native", "python"))
  )

  # @param out [IO] where progress goes
  # @return [String] the interpreter
  # @raise [RuntimeError] when it cannot be made, with what pip said
  def self.path(out: $stdout)
    FileUtils.mkdir_p(FOLDER)
    File.open(File.join(FOLDER, ".lock"), File::CREAT | File::RDWR) do |lock|
      lock.flock(File::LOCK_EX)
      make(out) unless File.exist?(marker)
    end
    python
  end

  def self.python = File.join(FOLDER, "bin", "python")
  def self.marker = File.join(FOLDER, "complete-#{VERSION}")

  def self.make(out)
    out.puts "Installing confluent-kafka #{VERSION} for Python into #{FOLDER} (once)"
    run("python3", "-m", "venv", FOLDER)
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "confluent-kafka==#{VERSION}")
    FileUtils.touch(marker)
  end

  def self.run(*command)
    said, status = Open3.capture2e(*command)
    raise "#{command.join(" ")} failed:\n#{said}" unless status.success?
  end
  private_class_method :python, :marker, :make, :run
end
