# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "karafka install" do
  def gemfile(*gems)
    File.write(File.join(folder, "Gemfile"), "source \"https://rubygems.org\"\n")
    File.write(File.join(folder, "Gemfile.lock"), <<~LOCK)
      GEM
        remote: https://rubygems.org/
        specs:
          rails (7.1.0)

      PLATFORMS
        ruby

      DEPENDENCIES
      #{gems.map { |gem| "  #{gem}" }.join("\n")}
    LOCK
  end

  def install
    child = run_karafka("install")
    [child.exit_status, child.output.gsub(/\e\[\d+m/, "").lines(chomp: true)]
  end

  def read(path) = File.read(File.join(folder, path))

  it "creates an app" do
    gemfile("karafka-native", "zeitwerk")
    status, lines = install

    expect(status).to eq(0)
    expect(lines).to eq(
      [
        "Created #{File.join(File.realpath(folder), "karafka.rb")}",
        "Created app/consumers/application_consumer.rb", "Created app/consumers/example_consumer.rb", "",
        "Installation completed. Have fun!"
      ]
    )
    expect(File.directory?(File.join(folder, "log"))).to be(true)
    expect(read("karafka.rb")).to include("Bundler.require", "Zeitwerk::Loader", "topic :example")
    expect(read("karafka.rb")).not_to include("Rails")
    %w[karafka.rb app/consumers/application_consumer.rb app/consumers/example_consumer.rb].each do |path|
      expect { RubyVM::InstructionSequence.compile(read(path)) }.not_to raise_error
    end
  end

  it "creates an app that runs, once the loader is there" do
    gemfile("karafka-native", "zeitwerk")
    install
    # Stand for gems, which this machine may not have.
    File.write(File.join(folder, "zeitwerk.rb"), <<~RUBY)
      module Zeitwerk
        class Loader
          def push_dir(path) = @path = path
          def setup = nil
          def eager_load = %w[application example].each { |name| require "\#{@path}/\#{name}_consumer.rb" }
        end
      end
    RUBY
    Dir.mkdir(File.join(folder, "bundler"))
    File.write(File.join(folder, "bundler", "setup.rb"), "module Bundler; def self.require(*) = nil; end")
    child = run_karafka("info", env: { "RUBYLIB" => folder, "KARAFKA_ENV" => "development" })

    expect(child.exit_status).to eq(0)
    expect(child.output).to include("Consumer groups count: 1", "Instance client id: YOUR_APP_NAME")
  end

  it "creates an app of Rails, without a loader" do
    gemfile("karafka-native", "rails")
    status, = install

    expect(status).to eq(0)
    expect(read("karafka.rb")).to include("config.consumer_persistence = !Rails.env.development?")
    expect(read("karafka.rb")).not_to include("Zeitwerk", "Bundler")
  end

  it "overwrites what is there, and fails when the boot file is broken" do
    gemfile("karafka-native", "zeitwerk")
    FileUtils.mkdir_p(File.join(folder, "app/consumers"))
    File.write(File.join(folder, "app/consumers/example_consumer.rb"), "# mine")
    File.write(File.join(folder, "karafka.rb"), "# empty")

    expect(install.first).to eq(0)
    expect(read("app/consumers/example_consumer.rb")).not_to include("# mine")
    File.write(File.join(folder, "karafka.rb"), "raise 'broken'")
    expect(install).to match([1, include(/broken/)])
    expect(read("karafka.rb")).to eq("raise 'broken'")
  end

  it "fails without a lockfile, and writes nothing" do
    expect(install).to match([1, [/no Gemfile.lock here.*bundle install/]])
    expect(Dir.children(folder)).to be_empty
    File.write(File.join(folder, "Gemfile"), "source \"https://rubygems.org\"\n")
    expect(install).to match([1, [/no Gemfile.lock here/]])
  end
end
