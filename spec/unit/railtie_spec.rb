# frozen_string_literal: true

require "fileutils"
require "json"
require "open3"
require "rbconfig"
require "tmpdir"

# Each example boots a small app of Rails in a process of its own and looks at what it has become.
RSpec.describe "Karafka::Railtie" do
  let(:application) { <<~RUBY }
    require "rails"
    require "karafka"

    class Small < Rails::Application
      config.root = __dir__
      config.eager_load = false
      config.cache_classes = !ENV.key?("RELOADS")
      config.secret_key_base = "s" * 32
      config.logger = ActiveSupport::Logger.new(ENV["LOG_TO"] == "stdout" ? $stdout : "\#{__dir__}/small.log")
    end
  RUBY

  let(:boot_file) { <<~RUBY }
    BOOTS = (defined?(BOOTS) ? BOOTS : []) << 1
    GIVEN_LOGGER = Karafka::App.config.logger
    class SmallApp < Karafka::App
      setup do |config|
        config.kafka = { "bootstrap.servers": "127.0.0.1:1" }
        config.consumer_persistence = !ENV.key?("RELOADS")
      end
      routes.draw { topic(:events) { consumer EventsConsumer } }
    end
  RUBY

  around do |example|
    Dir.mktmpdir do |folder|
      Dir.chdir(folder) { example.run }
    end
  end

  def write(path, text)
    FileUtils.mkdir_p(File.dirname(path))
    File.write(path, text)
  end

  def files(boot: boot_file)
    write("application.rb", application)
    write("karafka.rb", boot) if boot
    write("config/environment.rb", "require_relative \"../application\"\nSmall.initialize!\n")
    write("app/consumers/events_consumer.rb", "class EventsConsumer < Karafka::BaseConsumer; end\n")
  end

  # @return [Array(String, Boolean)] what it printed, whether it ended well
  def run(code, env = {})
    clean = { "RUBYOPT" => nil, "BUNDLE_GEMFILE" => nil, "KARAFKA_ENV" => nil, "RACK_ENV" => nil,
              "KARAFKA_BOOT_FILE" => nil, "KARAFKA_ROOT_DIR" => nil, "RAILS_ENV" => "test" }
    out, status = Open3.capture2e(clean.merge(env), RbConfig.ruby, "-I",
                                  Karafka.gem_root.join("lib").to_s, "-e", code)
    [out, status.success?]
  end

  # @return [Object] what the expression was in the app once it had booted
  def ask(expression, env = {})
    out, good = run("require './config/environment'; puts \"\\n=\#{(#{expression}).inspect}\"", env)
    raise out unless good

    out[/^=(.*)$/, 1]
  end

  it "loads the boot file, with the app's own code, once" do
    files
    answer = ask("Rails.application.reloader.prepare!
                  [Karafka::App.routes.first.topics.map(&:consumer), BOOTS.size, Karafka.env.to_s]")

    expect(answer).to eq('[[EventsConsumer], 1, "test"]')
  end

  it "misses a boot file, unless there is to be none" do
    files(boot: nil)
    out, good = run("require './config/environment'")

    expect([good, out]).to match([false, /karafka\.rb.*\(Karafka::Errors::MissingBootFileError\)/])
    expect(ask("Karafka::App.initializing?", "KARAFKA_BOOT_FILE" => "false")).to eq("true")
  end

  it "takes a boot file from elsewhere" do
    files(boot: nil)
    write("config/kafka.rb", boot_file)

    expect(ask("BOOTS.size", "KARAFKA_BOOT_FILE" => "config/kafka.rb")).to eq("1")
  end

  it "gives app, boot file and producer the logger of Rails, the very object" do
    files
    loggers = "[Karafka.logger, GIVEN_LOGGER, Karafka.producer.config.logger]"

    expect(ask("#{loggers}.map { |one| one.equal?(Rails.logger) }")).to eq("[true, true, true]")
  end

  it "shows a line once on the terminal of the command line in development (H-253)" do
    files
    development = { "RAILS_ENV" => "development", "KARAFKA_CLI" => "true" }
    shown = [development, development.merge("LOG_TO" => "stdout"), { "KARAFKA_CLI" => "true" },
             { "RAILS_ENV" => "development" }].map do |env|
      run("require './config/environment'; Rails.logger.info('a line')", env).first.scan("a line").size
    end

    expect(shown).to eq([1, 1, 0, 0])
    expect(File.read("small.log").scan("a line").size).to eq(3)
  end

  it "wraps jobs in the executor, or in the reloader where consumers are built anew" do
    files
    wrapper = "Karafka::App.config.internal.processing.worker_job_call_wrapper"

    expect(ask("#{wrapper}.equal?(Rails.application.executor)")).to eq("true")
    expect(ask("#{wrapper}.equal?(Rails.application.reloader)", "RELOADS" => "1")).to eq("true")
  end

  it "builds consumers in the executor, so that no reload runs meanwhile" do
    files
    wrapper = "Karafka::App.config.internal.processing.consumer_build_wrapper"

    expect([{}, { "RELOADS" => "1" }].map { |env| ask("#{wrapper}.equal?(Rails.application.executor)", env) })
      .to eq(%w[true true])
  end

  it "makes jobs known to an app that has them, and leaves others without" do
    files
    expect(ask("$LOADED_FEATURES.grep(/karafka_adapter/)")).to eq("[]")

    with_jobs = application.sub('require "rails"', 'require "rails"; require "active_job/railtie"')
    chosen = "config.active_job.queue_adapter = :karafka; config.eager"
    write("application.rb", with_jobs.sub("config.eager", chosen))
    adapter = "ActiveJob::Base.queue_adapter.class"
    expect(ask("[#{adapter}, ActiveJob::Base.karafka_options]"))
      .to eq("[ActiveJob::QueueAdapters::KarafkaAdapter, {}]")
  end

  it "takes the environment of Rails for its own, unless it was given one" do
    files
    environments = [{ "RACK_ENV" => "staging" }, { "KARAFKA_ENV" => "staging" }].map do |env|
      ask("Karafka.env.to_s + ENV.fetch('KARAFKA_ENV')", env)
    end

    expect(environments).to eq(['"testtest"', '"stagingstaging"'])
  end

  it "boots with the command line, which loads the framework before Rails" do
    files
    code = "ENV['KARAFKA_CLI'] = 'true'; require 'karafka'; Karafka::Cli::Base.load; print BOOTS.size"

    expect(run(code)).to eq(["1", true])
  end

  it "loads no file of Rails for an app that has none, though it is installed" do
    rails = '$LOADED_FEATURES.grep(/railties|active_support|karafka\/railtie/).size'

    expect(run("require 'karafka'; print Karafka.rails?.inspect, #{rails}")).to eq(["false0", true])
    files
    expect(run("require 'karafka'; print Karafka.rails?.inspect, #{rails}",
               "KARAFKA_REQUIRE_RAILS" => "false")).to eq(["false0", true])
  end
end
