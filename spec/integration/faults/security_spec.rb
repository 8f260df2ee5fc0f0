# frozen_string_literal: true

require_relative "../spec_helper"

# A real broker with SASL_SSL, mutual TLS and an authorizer.
RSpec.describe "A secured broker" do
  include Specs::Members

  before(:context) { @cluster = Specs::Kafka.start(sasl_ssl: true, acl: true, heap: "400m") }
  after(:context) { Specs::Kafka.discard(@cluster) }

  let(:settings) { @cluster.settings }
  let(:client) { peer_of("bootstrap.servers" => settings.bootstrap_servers) }
  let(:group) { unique("group") }
  let(:topic) { client.create_topic(unique("secret")) }
  let(:authority) { File.join(settings.data, "tls", "ca.pem") }

  def scram(user, password, mechanism = "SCRAM-SHA-512")
    { "security.protocol" => "sasl_ssl", "ssl.ca.location" => authority, "sasl.mechanism" => mechanism,
      "sasl.username" => user, "sasl.password" => password }
  end

  def expect_reading(app)
    client.produce(topic, %w[a])
    app.await_line(/^batch 0 0 0 1/)
    terminate(app)
    expect(app.lines.grep(/^error/)).to eq([])
    expect(client.committed(group, topic)).to eq({ 0 => 1 })
  end

  %w[PLAIN SCRAM-SHA-256 SCRAM-SHA-512].each do |mechanism|
    it "lets a member in over SASL_SSL with #{mechanism}" do
      expect_reading(member(group, topic, servers: settings.sasl_ssl_servers,
                                          kafka: scram("admin", "admin-secret", mechanism)))
    end
  end

  it "lets a member in with mutual TLS, and not without a certificate" do
    folder = File.dirname(authority)
    tls = { "security.protocol" => "ssl", "ssl.ca.location" => authority }
    nameless = member(group, topic, servers: settings.ssl_servers, kafka: tls)
    nameless.await_line(/^error librdkafka.error (ssl|transport|all_brokers_down)/)
    terminate(nameless)

    # The certificate's owner is no super user.
    client.allow("User:CN=client", topic, group)
    mine = tls.merge("ssl.certificate.location" => "#{folder}/client.pem",
                     "ssl.key.location" => "#{folder}/client.key")
    expect_reading(member(group, topic, servers: settings.ssl_servers, kafka: mine))
  end

  it "lets a member in with a token of its own provider, asked for again before it ends" do
    # Unsecured JWS: what the broker's default validator takes.
    more = <<~RUBY
      class Provider
        def on_oauthbearer_token_refresh(event)
          now = Time.now.to_i
          pack = ->(part) { [JSON.generate(part)].pack("m0").tr("+/", "-_").delete("=") }
          token = [pack.({ alg: "none" }), pack.({ sub: "admin", iat: now, exp: now + 60 }), ""].join(".")
          event[:bearer].oauthbearer_set_token(token:, lifetime_ms: (now + 5) * 1_000, principal_name: "admin")
          say("token", Thread.current.name)
        end
      end
    RUBY
    kafka = { "security.protocol" => "sasl_ssl", "ssl.ca.location" => authority,
              "sasl.mechanism" => "OAUTHBEARER" }
    app = member(group, topic, servers: settings.sasl_ssl_servers, kafka:,
                               setup: "config.oauth.token_provider_listener = Provider.new",
                               before: more)
    app.await_line(/^token karafka.listener/)
    app.await_line(/^rebalance assigned 0/)
    app.await_line(/^token/, after: app.lines.index { |line| line.start_with?("token") } + 1)
    expect_reading(app)
  end

  it "is told that a token provider raises, and asks it again" do
    more = <<~RUBY
      class Provider
        def on_oauthbearer_token_refresh(event)
          say("asked")
          raise "no token today"
        end
      end
    RUBY
    kafka = { "security.protocol" => "sasl_ssl", "ssl.ca.location" => authority,
              "sasl.mechanism" => "OAUTHBEARER" }
    app = member(group, topic, servers: settings.sasl_ssl_servers, kafka:,
                               setup: "config.oauth.token_provider_listener = Provider.new",
                               before: more)
    app.await_line(/^error callbacks.oauthbearer_token_refresh.error - RuntimeError no token today/)
    app.await_line("asked", after: app.lines.index("asked") + 1)
    terminate(app)
  end

  it "refuses wrong credentials: the member says so, does not spin, and stops when told" do
    app = member(group, topic, servers: settings.sasl_ssl_servers, kafka: scram("admin", "wrong"))
    app.await_line(/^error librdkafka.error authentication/)
    started = Specs.now
    terminate(app)
    expect(Specs.now - started).to be < 10
    expect(app.lines.grep(/^error/).size).to be < 30
  end

  it "refuses a topic: the member says which and reads it once it may" do
    client.allow("User:app", nil, group)
    client.produce(topic, %w[a])
    app = member(group, topic, servers: settings.sasl_ssl_servers, kafka: scram("app", "app-secret").merge(
      "topic.metadata.refresh.interval.ms" => 500
    ))
    app.await_line(/^error connection.client.poll.error topic_authorization_failed .*#{topic}/)
    client.allow("User:app", topic, nil)
    app.await_line(/^batch 0 0 0 1/)
    terminate(app)
    expect(app.lines).not_to include("reset")
  end

  it "refuses a group: the member says so and joins once it may" do
    client.allow("User:app", topic, nil)
    client.produce(topic, %w[a])
    app = member(group, topic, servers: settings.sasl_ssl_servers, kafka: scram("app", "app-secret"))
    app.await_line(/^error connection.client.poll.error group_authorization_failed /)
    client.allow("User:app", nil, group)
    app.await_line(/^batch 0 0 0 1/)
    terminate(app)
    expect(app.lines).not_to include("reset")
  end
end
