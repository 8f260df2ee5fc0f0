# frozen_string_literal: true

require "open3"
require "rbconfig"
require "tmpdir"
require_relative "../spec_helper"

# What is loaded when, in processes of their own.
RSpec.describe "active_job/karafka" do
  # Code after which `require` does not find what matches.
  def without(pattern = /\Aactive_(job|support)\b/)
    <<~RUBY
      module Kernel
        alias original_require require
        def require(name)
          return original_require(name) unless name.match?(#{pattern.inspect}) && !name.end_with?("karafka")
          raise LoadError.new("no \#{name}").tap { |error| error.define_singleton_method(:path) { name } }
        end
      end
    RUBY
  end

  def ruby(code)
    env = { "RUBYOPT" => nil, "BUNDLE_GEMFILE" => nil }
    out, status = Open3.capture2e(env, RbConfig.ruby, "-I", Karafka.gem_root.join("lib").to_s, "-e", code,
                                  chdir: Dir.tmpdir)
    raise out unless status.success?

    out.strip
  end

  it "is not loaded by karafka, which touches nothing of Active Job and leaves the adapter unknown" do
    code = <<~RUBY
      require "karafka"
      print defined?(::ActiveJob).inspect
      require "active_job"
      begin
        ActiveJob::Base.queue_adapter = :karafka
      rescue NameError => error
        print error.class
      end
    RUBY

    expect(ruby(code)).to eq("nilNameError")
  end

  it "makes the adapter and the options of classes known" do
    code = <<~RUBY
      require "active_job/karafka"
      ActiveJob::Base.queue_adapter = :karafka
      class Mail < ActiveJob::Base
        extend Karafka::ActiveJob::JobExtensions
        karafka_options dispatch_method: :produce_sync
      end
      print Mail.queue_adapter.class, Mail.karafka_options[:dispatch_method], ActiveJob::Base.karafka_options
    RUBY

    expect(ruby(code)).to eq("ActiveJob::QueueAdapters::KarafkaAdapterproduce_sync{}")
  end

  it "does nothing, and says nothing, without Active Job" do
    code = 'print require("active_job/karafka"), defined?(::ActiveJob).inspect'

    expect(ruby("#{without}#{code}")).to eq("truenil")
  end

  it "reports what Active Job itself misses" do
    code = <<~RUBY
      #{without(/\Aactive_support/)}
      begin
        require "active_job/karafka"
      rescue LoadError => error
        print error.path
      end
    RUBY

    expect(ruby(code)).to eq("active_support")
  end

  it "leaves karafka whole without Active Job: each constant loads, and routes of jobs say what they miss" do
    code = <<~RUBY
      #{without}
      require "karafka"
      require "karafka/active_job/current_attributes"
      %i[Consumer CurrentAttributes Deserializer Dispatcher JobExtensions JobOptionsContract].each do |name|
        Karafka::ActiveJob.const_get(name)
      end
      Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
      Karafka::App.routes.draw { topic(:plain) { consumer Class.new } }
      begin
        Karafka::App.routes.draw { active_job_topic(:mail) }
      rescue Karafka::Errors::InvalidConfigurationError => error
        print error.message
      end
    RUBY

    expect(ruby(code)).to match(/\A\{:"routes\.app\.mail\.consumer"=>"ActiveJob needs to be [^}]*\}\z/)
  end

  it "loads the current attributes first as well" do
    code = <<~RUBY
      require "karafka/active_job/current_attributes"
      print Karafka::ActiveJob::CurrentAttributes.persist("A")
    RUBY

    expect(ruby(code)).to eq('["A"]')
  end

  {
    nil => "Object", "7.0.8" => "Object", "7.1.9" => "Object", "7.2.0" => "Base", "8.1.1" => "Base"
  }.each do |version, superclass|
    it "gives the adapter the superclass #{superclass} under Rails #{version || "that is not there"}" do
      rails = version && "module Rails; module VERSION; STRING = #{version.inspect}; end; end"
      code = <<~RUBY
        #{rails}
        require "active_job"
        module ActiveJob::QueueAdapters; class AbstractAdapter; def self.name = "Base"; end; end
        require "active_job/karafka"
        print ActiveJob::QueueAdapters::KarafkaAdapter.superclass.name
      RUBY

      expect(ruby(code)).to eq(superclass)
    end
  end
end
