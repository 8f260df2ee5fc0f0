# frozen_string_literal: true

require "net/http"
require_relative "../spec_helper"

# A copy of examples/rails_app, in a bundle of its own, that an example may change.
module RailsApp
  def prefix = @prefix ||= unique("shop")

  # @return [String] folder of the copy, with its bundle resolved
  def app
    @app ||= File.join(folder, "shop").tap do |copy|
      FileUtils.cp_r(File.join(Specs::Kafka::ROOT, "examples/rails_app"), copy)
      FileUtils.rm_rf(Dir[File.join(copy, "{log,tmp,Gemfile.lock,db/*.sqlite3*}")])
      edit("Gemfile", '"../.."' => Specs::Kafka::ROOT.inspect)
      finish(bundle_install)
    end
  end

  # With gems that are on this machine. Rewrites the lockfile where it does not fit.
  def bundle_install
    run_program("bundle", "install", "--local", env: app_env, chdir: File.join(folder, "shop"))
  end

  def edit(path, changes)
    path = File.join(@app || File.join(folder, "shop"), path)
    text = File.read(path)
    changes.each { |old, new| text.sub!(old) { new } || raise("#{path} has no #{old.inspect}") }
    File.write(path, text)
  end

  # Bundler writes the command `karafka` into GEM_HOME, and spec files run at the same time.
  def app_env(**more)
    { "BUNDLE_GEMFILE" => File.join(folder, "shop", "Gemfile"), "GEM_HOME" => gem_home,
      "GEM_PATH" => [gem_home, *Gem.path].join(File::PATH_SEPARATOR), "RUBYOPT" => nil, "RUBYLIB" => nil,
      "KARAFKA_ENV" => nil, "RACK_ENV" => nil, "SHOP_PREFIX" => prefix, "RAILS_LOG_TO_STDOUT" => "1" }
      .merge(more.transform_keys(&:to_s))
  end

  def gem_home = File.join(folder, "gems")

  # @param command [Array<String>] run in the bundle
  # @return [Specs::Child]
  def bundled(*command, **env)
    run_program("bundle", "exec", *command, env: app_env(**env), chdir: app)
  end

  # @return [String] what it printed
  def finish(child, within: 60)
    expect(child.exit_status(within:)).to eq(0), child.output
    child.output
  end

  # Makes database and topics.
  def prepare(rails_env)
    migrating = bundled("rails", "db:migrate", RAILS_ENV: rails_env)
    finish(bundled("karafka", "topics", "migrate", RAILS_ENV: rails_env), within: 90)
    finish(migrating)
  end

  # @return [Specs::Child]
  def karafka_server(rails_env, **env) = bundled("karafka", "server", RAILS_ENV: rails_env, **env)

  # @return [Specs::Child] a Puma that answers requests
  def puma(rails_env, **env)
    @port = LocalKafka::Ports.free
    server = bundled("puma", RAILS_ENV: rails_env, PORT: @port.to_s, **env)
    await("a web server", within: 60) { server.ended? ? raise(server.output) : orders }
    server
  end

  def web = URI("http://127.0.0.1:#{@port}/orders")

  def order(number, customer: "customer-#{number}")
    answer = Net::HTTP.post_form(web, "number" => number, "customer" => customer, "cents" => 100)
    expect(answer.code).to eq("202"), answer.body
  end

  # @return [Array<Hash>, nil] what the shop has; nil while nobody answers
  def orders
    answer = Net::HTTP.get_response(web)
    expect(answer.code).to eq("200"), answer.body
    JSON.parse(answer.body)
  rescue SystemCallError, EOFError
    nil
  end

  def with_receipt = orders.to_a.select { |order| order["receipt_at"] }.map { |order| order["number"] }

  def stop(child)
    child.signal("TERM")
    finish(child)
  end
end

RSpec.configure { |config| config.include RailsApp, :rails_app }
