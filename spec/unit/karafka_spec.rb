# frozen_string_literal: true

require "open3"
require "rbconfig"
require "tmpdir"

RSpec.describe Karafka do
  # Runs code in a process that has nothing but the gem's `lib` folder.
  def ruby(code, env = {}, dir: Dir.tmpdir)
    clean = { "RUBYOPT" => nil, "BUNDLE_GEMFILE" => nil, "KARAFKA_ENV" => nil, "KARAFKA_ROOT_DIR" => nil,
              "KARAFKA_BOOT_FILE" => nil, **env }
    out, status = Open3.capture2e(clean, RbConfig.ruby, "-I", described_class.gem_root.join("lib").to_s,
                                  "-e", code, chdir: dir)
    raise out unless status.success?

    out.strip
  end

  it "loads in a clean process, by both names, without the native extension (H-252)" do
    code = 'print Karafka::VERSION, $LOADED_FEATURES.any? { |file| file.end_with?("karafka_native.so") }'
    both = %w[karafka karafka-native].map { |name| ruby("require #{name.inspect}; #{code}") }

    expect(both).to eq(["2.6.1false"] * 2)
  end

  it "reads every constant of its support library without other libraries being there (H-252)" do
    code = <<~RUBY
      require "karafka"
      spaces = [Karafka::Core, Karafka::Errors, Karafka::Setup, Karafka::Contracts, Karafka::Core::Monitoring]
      spaces.each { |space| space.constants.each { |name| space.const_get(name) } }
      %i[Logger LoggerListener Monitor Notifications ProctitleListener AssignmentsTracker
         CriticalErrorsListener].each { |name| Karafka::Instrumentation.const_get(name) }
      %i[App Env ExecutionMode Process Status].each { |name| Karafka.const_get(name) }
      print Karafka.monitor.class
    RUBY

    expect(ruby(code)).to eq("Karafka::Instrumentation::Monitor")
  end

  it "states the version of the API it serves, and the gem's own as the gemspec has it" do
    gem_version = described_class.gem_root.join("Cargo.toml").read[/^version = "(.+)"/, 1]

    expect(Gem::Version.new(described_class::VERSION)).to be >= Gem::Version.new("2.6.1")
    expect(described_class::NATIVE_VERSION).to eq(gem_version)
  end

  it "says how to build the native extension when it is missing" do
    code = <<~RUBY
      require "karafka"
      module Kernel
        alias original_require require
        def require(name) = name.include?("karafka_native") ? raise(LoadError, "no such file") : original_require(name)
      end
      begin
        Karafka::Native
      rescue LoadError => e
        print e.message
      end
    RUBY

    expect(ruby(code)).to include("rake compile").and(include("no such file"))
  end

  describe "env" do
    def env_in(variables)
      ruby('require "karafka"; print Karafka.env', { "RACK_ENV" => nil, "RAILS_ENV" => nil, **variables })
    end

    it "is the first variable that is set, development without any" do
      expect(env_in({ "KARAFKA_ENV" => "a", "RACK_ENV" => "b", "RAILS_ENV" => "c" })).to eq("a")
      expect(env_in({ "RACK_ENV" => "b", "RAILS_ENV" => "c" })).to eq("b")
      expect(env_in({ "RAILS_ENV" => "c" })).to eq("c")
      expect(env_in({})).to eq("development")
    end

    it "is changed in place" do
      held = described_class.env
      before = held.to_s
      described_class.env = :production

      expect([held.production?, held.equal?(described_class.env)]).to eq([true, true])
    ensure
      described_class.env = before
    end
  end

  describe "root and boot file" do
    let(:code) { 'require "karafka"; print Karafka.root, " ", Karafka.boot_file' }

    around do |example|
      Dir.mktmpdir do |dir|
        @dir = File.realpath(dir)
        example.run
      end
    end

    it "are where the process started" do
      expect(ruby(code, dir: @dir)).to eq("#{@dir} #{@dir}/karafka.rb")
    end

    it "are where KARAFKA_ROOT_DIR says" do
      expect(ruby(code, { "KARAFKA_ROOT_DIR" => @dir })).to eq("#{@dir} #{@dir}/karafka.rb")
    end

    it "are where the Gemfile is, from a folder below it" do
      File.write("#{@dir}/Gemfile", "")
      Dir.mkdir("#{@dir}/below")

      expect(ruby("require 'bundler'; #{code}", dir: "#{@dir}/below")).to eq("#{@dir} #{@dir}/karafka.rb")
    end

    it "ignore the bundle that a tool set for itself" do
      env = { "BUNDLE_GEMFILE" => "/tool/Gemfile", "BUNDLER_ORIG_BUNDLE_GEMFILE" => "#{@dir}/Gemfile" }
      File.write("#{@dir}/Gemfile", "")

      expect(ruby("require 'bundler'; #{code}", env, dir: @dir)).to start_with(@dir)
    end

    it "find a boot file elsewhere, relative to the root, and keep `false` (H-243)" do
      named = %w[config/kafka.rb /abs/boot.rb false].map do |name|
        ruby(code, { "KARAFKA_BOOT_FILE" => name }, dir: @dir).split.last
      end

      expect(named).to eq(["#{@dir}/config/kafka.rb", "/abs/boot.rb", "false"])
    end
  end

  it "does not look for Rails when told not to" do
    code = <<~RUBY
      require "karafka"
      module Kernel
        alias original_require require
        def require(name) = name == "rails" ? raise("sought") : original_require(name)
      end
      print Karafka.rails?
    RUBY

    expect(ruby(code, { "KARAFKA_REQUIRE_RAILS" => "false" })).to eq("false")
  end

  it "notices Rails whenever it is there" do
    code = <<~RUBY
      require "karafka"
      # Whether or not this machine has the gem.
      module Kernel
        alias original_require require
        def require(name) = name == "rails" ? raise(LoadError) : original_require(name)
      end
      print Karafka.rails?
      module Rails; class Railtie; end; end
      print Karafka.rails?
    RUBY

    expect(ruby(code)).to eq("falsetrue")
  end

  it "is never the licensed edition" do
    expect([described_class.pro?, Karafka::App.pro?]).to eq([false, false])
  end

  it "has a logger and a monitor before setup, but no producer", :fresh_app do
    expect(described_class.logger).to be_a(Logger)
    expect(described_class.monitor).to be_a(Karafka::Instrumentation::Monitor)
    expect(described_class.producer).to be_nil
  end
end
