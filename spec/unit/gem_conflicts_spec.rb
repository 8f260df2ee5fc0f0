# frozen_string_literal: true

require "fileutils"
require "open3"
require "rbconfig"
require "tmpdir"

RSpec.describe Karafka::GemConflicts do
  let(:error) { Karafka::Errors::DependencyConstraintsError }

  def spec(*dependencies)
    Gem::Specification.new { |one| dependencies.each { |name| one.add_runtime_dependency(name) } }
  end

  def verify(loaded = {}, **bundled)
    described_class.new(loaded:, **bundled).verify!
  end

  it "lets everything else pass" do
    expect(verify({ "rails" => spec, "karafka-native" => spec, "json" => spec("karafkaesque") })).to be_nil
  end

  %w[karafka waterdrop karafka-core karafka-rdkafka karafka-testing].each do |rival|
    it "refuses #{rival}, loaded or merely bundled (H-242)" do
      expect { verify({ rival => spec }) }.to raise_error(error, /`#{rival}` is loaded/)
      expect { verify(gemfile: [rival], locked: { rival => spec }) }
        .to raise_error(error, /remove the line `gem "#{rival}"` from your Gemfile/)
    end
  end

  it "names the gem that pulls one in, a line of the Gemfile first" do
    locked = { "karafka" => spec("waterdrop"), "waterdrop" => spec, "between" => spec("karafka"),
               "karafka-web" => spec("karafka") }

    expect { verify(gemfile: %w[karafka-web], locked:) }
      .to raise_error(error, /`karafka` is pulled in by `karafka-web` and `between`/)
  end

  it "names a rival as the source when nothing else asks for the gem" do
    locked = { "karafka" => spec("waterdrop"), "waterdrop" => spec }

    expect { verify(gemfile: %w[karafka], locked:) }
      .to raise_error(error, /remove the line `gem "karafka"`.*`waterdrop` is pulled in by `karafka`/m)
  end

  it "does not blame a gem that needs one for its own tests only" do
    tested = Gem::Specification.new { |one| one.add_development_dependency("karafka") }

    expect { verify({ "karafka" => spec, "other" => tested }) }.to raise_error(error, /`karafka` is loaded/)
  end

  it "stops the boot when a rival gem is active" do
    allow(Gem).to receive(:loaded_specs).and_return({ "waterdrop" => spec })

    expect { described_class.verify! }.to raise_error(error, /waterdrop/)
  end

  describe "in a bundle" do
    let(:native) { "gem 'karafka-native', path: #{Karafka.gem_root.to_s.inspect}" }

    around do |example|
      Dir.mktmpdir do |dir|
        @dir = dir
        example.run
      end
    end

    def gem_folder(name, *dependencies)
      FileUtils.mkdir_p("#{@dir}/#{name}/lib")
      File.write("#{@dir}/#{name}/lib/#{name}.rb", "module Karafka; RIVAL = true; end")
      File.write("#{@dir}/#{name}/#{name}.gemspec", <<~RUBY)
        Gem::Specification.new do |gem|
          gem.name, gem.version, gem.summary, gem.authors = #{name.inspect}, "2.6.1", "x", ["x"]
          #{dependencies.map { |one| "gem.add_dependency(#{one.inspect})" }.join("\n")}
        end
      RUBY
      "path: #{"#{@dir}/#{name}".inspect}"
    end

    # Boots as Rails does, with the Gemfile made of the lines.
    def boot(*lines)
      lines.unshift(native) unless lines.include?(native)
      File.write("#{@dir}/Gemfile", lines.join("\n"))
      code = "require 'bundler/setup'; Bundler.require(:default); print Karafka::App.config.client_id"
      env = { "BUNDLE_GEMFILE" => "#{@dir}/Gemfile", "RUBYOPT" => nil, "RUBYLIB" => nil }
      Open3.capture2e(env, RbConfig.ruby, "-e", code, chdir: @dir).first
    end

    it "of its own it loads everything (H-252)" do
      expect(boot).to end_with("karafka")
    end

    it "names the line of a rival, wherever its files are found" do
      path = gem_folder("karafka")

      [["gem 'karafka', #{path}"], ["gem 'karafka', #{path}, require: false"],
       ["gem 'karafka', #{path}, group: :test"], ["gem 'karafka', #{path}", native]].each do |lines|
        expect(boot(*lines)).to include("DependencyConstraintsError", "remove the line `gem \"karafka\"`")
      end
    end

    it "names the gem that pulls a rival in" do
      gem_folder("karafka-web", "karafka")
      gem_folder("karafka")

      expect(boot("path('#{@dir}') { gem 'karafka-web' }"))
        .to include("`karafka` is pulled in by `karafka-web`")
    end
  end
end
