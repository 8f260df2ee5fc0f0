# frozen_string_literal: true

require "karafka/version"

# Loads the native extension, at the first use of `Karafka::Native`: commands that only read the
# configuration never need it.
begin
  require "karafka_native/karafka_native"
rescue LoadError => e
  raise LoadError, <<~MESSAGE
    The native extension of karafka-native could not be loaded (#{e.message}).
    In a checkout run `rake compile`; for an installed gem run `gem pristine karafka-native`.
    Both need a Rust toolchain and the packages that README.md lists under "Install".
  MESSAGE
end

module Karafka
  # The Rust core, as `ext/karafka_native` shows it to Ruby. Not for applications.
  module Native
    # @see Karafka::NATIVE_VERSION
    VERSION = NATIVE_VERSION

    autoload :Deserializers, "karafka/native/deserializers"
    autoload :Partitioners, "karafka/native/partitioners"
  end
end

require "karafka/native/batch"
