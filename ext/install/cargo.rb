# frozen_string_literal: true

require "open3"
require "rbconfig"

module Install
  # Finds Cargo, which is often in the home folder only, and what an install asks of it.
  module Cargo
    # The newest Rust that a locked dependency asks for.
    NEEDED = "1.85"

    ROOT = File.expand_path("../..", __dir__)

    # Names the words for C compilers, which Cargo takes from it only where the environment has none.
    CONFIGURATION = File.join(ROOT, ".cargo", "config.toml")

    # @return [String, nil] the `cargo` to call
    def self.path
      @path ||= [ENV.fetch("CARGO", nil), executable("cargo"), in_home].compact.find do |file|
        executable(file)
      end
    end

    # @return [String, nil] its version, e.g. "1.95.0"
    def self.version
      return unless path

      Open3.capture2e(path, "--version").first[/\d+\.\d+\.\d+/]
    rescue SystemCallError
      nil
    end

    # @return [String, nil] full path of a program
    def self.executable(name)
      return (name if File.file?(name) && File.executable?(name)) if name.include?("/")

      ENV.fetch("PATH", "").split(":").map { |folder| File.join(folder, name) }
         .find { |file| File.file?(file) && File.executable?(file) }
    end

    # What the compiler's environment must say: this Ruby's headers, a small library, a path on
    # which `rustc` is found beside `cargo`, no foreign target folder.
    #
    # @return [Hash{String => String, nil}]
    def self.environment
      {
        "RUBY" => RbConfig.ruby, "PATH" => "#{File.dirname(path)}:#{ENV.fetch("PATH", "")}",
        "CARGO_PROFILE_RELEASE_STRIP" => "symbols", "CARGO_BUILD_TARGET" => nil, "CARGO_TARGET_DIR" => nil,
        **compiler_flags
      }
    end

    # @return [Hash{String => String}] a variable to its words: the user's, then ours
    def self.compiler_flags
      File.read(CONFIGURATION).scan(/^(\w+) = "(.*)"$/).to_h do |name, words|
        [name, [ENV.fetch(name, nil), words].compact.join(" ")]
      end
    end

    # @return [Integer] crates of the workspace and its dependencies, tests included
    def self.locked_crates = File.read(File.join(ROOT, "Cargo.lock")).scan(/^\[\[package\]\]/).size

    def self.in_home
      home = ENV.fetch("CARGO_HOME", File.join(Dir.home, ".cargo"))
      File.join(home, "bin", "cargo")
    rescue ArgumentError
      nil # a user without a home folder
    end
    private_class_method :in_home
  end
end
