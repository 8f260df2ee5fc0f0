# frozen_string_literal: true

module Karafka
  # Version of the public API that is served, not of this gem. Libraries around Karafka compare it
  # (`Gem::Version.new(Karafka::VERSION) >= ...`) to decide which API they find, so it must read
  # like a release of that API: a suffix of ours would sort before it, as a prerelease.
  VERSION = "2.6.1"

  # Version of the gem `karafka-native`. It lives outside of `Karafka::Native`, because naming that
  # module loads the native extension, which does not exist yet when a gemspec asks for a version.
  # `Karafka::Native::VERSION` is the same String.
  NATIVE_VERSION = "0.1.0"
end
