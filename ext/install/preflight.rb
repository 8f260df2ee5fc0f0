# frozen_string_literal: true

require "open3"
require "rbconfig"
require "tmpdir"
require_relative "cargo"
require_relative "packages"

module Install
  # Checks before the two minutes of compiling that nothing is missing, and names the package of
  # what is.
  class Preflight
    # @return [Array<Array(String, Symbol)>] what is missing, and the key of its package
    def missing
      [cargo, compiler || openssl, make, pkg_config, ruby_header, libclang].compact
    end

    # @return [Boolean] whether the build may start; says why not, where RubyGems shows it
    def pass?
      found = missing
      return true if found.empty?

      lines = found.map { |what, package| "  #{what}: #{Packages.advice(package)}" }
      warn("karafka-native cannot be compiled, this is missing:", *lines,
           *Packages.command(found.map(&:last)))
      false
    end

    private

    def cargo
      version = Cargo.version
      return ["cargo (Rust #{Cargo::NEEDED} or newer)", :cargo] unless version
      return if Gem::Version.new(version) >= Gem::Version.new(Cargo::NEEDED)

      ["cargo #{Cargo::NEEDED} or newer (#{Cargo.path} is #{version})", :cargo]
    end

    def cc = ENV.fetch("CC", RbConfig::CONFIG["CC"] || "cc")

    def compiler
      return if compiles?("int main(void) { return 0; }")

      ["a working C compiler (`#{cc}`)", :compiler]
    end

    def make
      return if Cargo.executable(ENV.fetch("MAKE", "make"))

      ["make", :compiler]
    end

    # How openssl-sys finds OpenSSL, unless it is told or asks Homebrew.
    def pkg_config
      return if ENV["OPENSSL_DIR"] || Cargo.executable("pkg-config") || RUBY_PLATFORM.include?("darwin")

      ["pkg-config", :pkg_config]
    end

    def ruby_header
      folder = RbConfig::CONFIG["rubyhdrdir"]
      return if folder && File.exist?(File.join(folder, "ruby.h"))

      ["the headers of Ruby #{RUBY_VERSION}", :ruby]
    end

    def openssl
      return if compiles?("#include <openssl/ssl.h>\nint main(void) { return 0; }")

      ["the OpenSSL header openssl/ssl.h", :openssl]
    end

    def compiles?(source)
      Dir.mktmpdir do |folder|
        File.write("#{folder}/check.c", source)
        flags = openssl_flags
        _, status = Open3.capture2e(*cc.split, *flags, "-c", "#{folder}/check.c", "-o", "#{folder}/check.o")
        status.success?
      end
    rescue SystemCallError
      false
    end

    def openssl_flags
      return ["-I#{ENV["OPENSSL_DIR"]}/include"] if ENV["OPENSSL_DIR"]
      return [] unless Cargo.executable("pkg-config")

      said, status = Open3.capture2e("pkg-config", "--cflags", "openssl")
      status.success? ? said.split : []
    end

    # bindgen loads it while it runs; a compiler does not need it. Its C++ interface (libclang-cpp), which
    # other packages bring along, is another library.
    LIBCLANG = %w[
      /usr/lib/llvm*/lib /usr/lib64/llvm*/lib /usr/lib/*-linux-gnu /usr/lib64 /usr/lib /usr/local/lib
      /usr/local/llvm*/lib /opt/homebrew/opt/llvm/lib /usr/local/opt/llvm/lib
      /Library/Developer/CommandLineTools/usr/lib
      /Applications/Xcode.app/Contents/Developer/Toolchains/XcodeDefault.xctoolchain/usr/lib
    ].freeze

    def libclang
      folders = [ENV.fetch("LIBCLANG_PATH", nil), *LIBCLANG].compact
      return if folders.any? do |folder|
                  File.file?(folder) || Dir["#{folder}/libclang{-[0-9]*,}.{so,dylib}*"].any?
                end

      ["libclang", :libclang]
    end
  end
end
