# frozen_string_literal: true

Gem::Specification.new do |gem|
  gem.name = "karafka-native"
  gem.version = File.read(File.join(__dir__, "Cargo.toml"))[/^version = "(.+)"/, 1]
  gem.authors = ["The karafka-native developers"]
  gem.summary = "The API of Karafka and WaterDrop on a Rust core"
  gem.description = "Serves `require \"karafka\"`: the public API of Karafka 2.6 and WaterDrop 2.10, " \
                    "batch by batch in Rust on top of a statically linked librdkafka."
  gem.licenses = ["MIT", "Apache-2.0"]
  gem.required_ruby_version = ">= 3.1"
  gem.metadata = { "rubygems_mfa_required" => "true", "cargo_crate_name" => "karafka_native" }

  # What an install compiles and loads, nothing else.
  gem.files = Dir.chdir(__dir__) do
    Dir[
      "lib/**/*.rb", "lib/**/*.erb", "exe/*", "Cargo.{toml,lock}", ".cargo/config.toml",
      "ext/install/*.rb", "ext/{engine,karafka_native}/{Cargo.toml,*.rb,{src,benches}/**/*.rs}",
      "README.md", "CHANGELOG.md", "LICENSE*", "karafka-native.gemspec"
    ].select { |path| File.file?(path) }
  end
  gem.bindir = "exe"
  gem.executables = Dir.children(File.join(__dir__, "exe")).sort if File.directory?(File.join(__dir__, "exe"))
  gem.require_paths = ["lib"]
  gem.extensions = ["ext/karafka_native/extconf.rb"]
end
