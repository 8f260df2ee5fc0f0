# frozen_string_literal: true

require_relative "../spec_helper"
require_relative "../../../ext/install/cargo"

RSpec.describe "The environment in which an installation compiles" do
  def flags_with(given)
    allow(ENV).to receive(:fetch).and_call_original
    %w[CPPFLAGS CXXFLAGS].each do |name|
      allow(ENV).to receive(:fetch).with(name, nil).and_return(given[name])
    end
    Install::Cargo.environment
  end

  it "gives librdkafka the core's allocator, and the C library's to its C++ part" do
    flags = flags_with({})

    expect(flags["CPPFLAGS"]).to include("-Dmalloc=karafka_malloc").and include("-Dfree=karafka_free")
    expect(flags["CXXFLAGS"]).to include("-Umalloc").and include("-Ufree")
  end

  it "keeps the words of the user's own environment in front" do
    flags = flags_with("CPPFLAGS" => "-I/opt/include")

    expect(flags["CPPFLAGS"]).to start_with("-I/opt/include -Dmalloc=")
  end

  it "finds what names them in the gem's files" do
    expect(Gem::Specification.load("karafka-native.gemspec").files).to include(".cargo/config.toml")
  end
end
