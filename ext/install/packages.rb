# frozen_string_literal: true

require_relative "cargo"

module Install
  # Which package brings what, per system.
  module Packages
    NAMES = {
      "apt-get" => {
        cargo: nil, compiler: "build-essential", ruby: "ruby-dev", libclang: "libclang-dev",
        openssl: "libssl-dev", pkg_config: "pkg-config"
      },
      "dnf" => {
        cargo: "cargo", compiler: "gcc make", ruby: "ruby-devel", libclang: "clang-devel",
        openssl: "openssl-devel", pkg_config: "pkgconf-pkg-config"
      },
      "apk" => {
        cargo: "cargo", compiler: "build-base", ruby: "ruby-dev", libclang: "clang-dev",
        openssl: "openssl-dev", pkg_config: "pkgconf"
      },
      "brew" => {
        cargo: "rust", compiler: nil, ruby: nil, libclang: "llvm", openssl: "openssl@3"
      }
    }.freeze

    ELSEWHERE = {
      cargo: "install Rust from https://rustup.rs",
      compiler: "install the C compiler of your system (macOS: `xcode-select --install`)",
      ruby: "install the development files of your Ruby",
      libclang: "install LLVM's libclang, or point LIBCLANG_PATH at it",
      openssl: "install the development files of OpenSSL, or point OPENSSL_DIR at them",
      pkg_config: "install pkg-config"
    }.freeze

    # @param key [Symbol] what is missing
    # @return [String] what to do about it
    def self.advice(key)
      return rust_on_debian if key == :cargo && system_name == "apt-get"

      name = package(key)
      name ? "install #{name}" : ELSEWHERE.fetch(key)
    end

    # @param keys [Array<Symbol>]
    # @return [String, nil] one command that installs what the system has packages for
    def self.command(keys)
      names = keys.map do |key|
        key == :cargo && system_name == "apt-get" ? debian_rust : package(key)
      end.compact.uniq
      "All of it: #{system_name} install #{names.join(" ")}" if names.any?
    end

    def self.package(key) = NAMES.fetch(system_name, {})[key]

    def self.system_name = @system_name ||= NAMES.keys.find { |name| Cargo.executable(name) }

    # Debian 12's own `cargo` is 1.63; its packages for building web browsers are recent.
    def self.debian_rust
      version = File.exist?("/etc/debian_version") ? File.read("/etc/debian_version") : ""
      version.start_with?("12") ? "cargo-web rustc-web" : "cargo"
    end

    def self.rust_on_debian = "install #{debian_rust}, or Rust from https://rustup.rs"
    private_class_method :package, :system_name, :debian_rust, :rust_on_debian
  end
end
