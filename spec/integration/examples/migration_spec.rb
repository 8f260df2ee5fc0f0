# frozen_string_literal: true

require_relative "rails_app_helper"

# README.md, "From karafka to karafka-native", step by step, on the shop of examples/rails_app as an app
# on the original would have it: its Gemfile and lockfile name the original's gems.
RSpec.describe "Moving an app from karafka to karafka-native", :rails_app do
  let(:shop) { File.join(folder, "shop") }
  let(:native) { "gem \"karafka-native\", path: #{Specs::Kafka::ROOT.inspect}" }

  # Nothing else of the app is touched.
  before do
    FileUtils.cp_r(File.join(Specs::Kafka::ROOT, "examples/rails_app"), shop)
    FileUtils.rm_rf(Dir[File.join(shop, "{log,tmp,Gemfile.lock,db/*.sqlite3*}")])
    edit("Gemfile", 'gem "karafka-native", path: "../.."' => 'gem "karafka"',
                    'gem "rspec-rails"' => "gem \"rspec-rails\"\n  gem \"karafka-testing\"")
    File.write(File.join(shop, "Gemfile.lock"), <<~LOCK)
      GEM
        remote: https://rubygems.org/
        specs:
          karafka (2.6.1)
            karafka-core (>= 2.6.0, < 2.7.0)
            waterdrop (>= 2.10.0, < 3.0.0)
          karafka-core (2.6.1)
            karafka-rdkafka (>= 0.20.0)
          karafka-rdkafka (0.28.0)
          karafka-testing (2.6.0)
            karafka (>= 2.6.0, < 2.7.0)
          puma (5.6.5)
          rails (6.1.7.10)
          railties (6.1.7.10)
          rspec-rails (5.0.2)
          sqlite3 (1.4.2)
          waterdrop (2.10.3)
            karafka-core (>= 2.6.0, < 3.0.0)

      PLATFORMS
        ruby

      DEPENDENCIES
        karafka
        karafka-testing
        puma
        rails (>= 6.1)
        rspec-rails
        sqlite3
    LOCK
  end

  def doctor(child) = [child.exit_status(within: 60), child.output.gsub(/\e\[\d+m/, "")]

  it "takes the steps of the README and leaves the app's own files alone" do
    status, said = doctor(run_karafka("doctor", root: shop,
                                                env: { "RUBYOPT" => nil, "SHOP_PREFIX" => prefix }))
    expect([status, said]).to match(
      [1, include("remove the line `gem \"karafka\"`", "remove the line `gem \"karafka-testing\"`",
                  "put `gem \"karafka-native\"` into the Gemfile")]
    )

    edit("Gemfile", 'gem "karafka"' => native, "  gem \"karafka-testing\"\n" => "")
    @app = shop
    finish(bundle_install)
    expect(doctor(bundled("karafka", "doctor", RAILS_ENV: "production")))
      .to match([1,
                 include("topic #{prefix}.orders: does not exist", "-> `karafka topics migrate` creates it")])

    prepare("production")
    status, said = doctor(bundled("karafka", "doctor", RAILS_ENV: "production"))
    expect([status, said]).to match([0, include("3 topics", "#{prefix}-app", "Nothing must be done.")])

    finish(bundled("rails", "db:migrate", RAILS_ENV: "test"))
    suite = bundled("rspec", RAILS_ENV: "test", SHOP_PREFIX: nil, KAFKA: "127.0.0.1:1")
    expect(finish(suite)).to match(/\b11 examples, 0 failures/)
  end

  it "stops the boot, naming the line, when one of the original's gems stays" do
    stand_in = File.join(folder, "karafka-testing")
    FileUtils.mkdir_p(File.join(stand_in, "lib"))
    File.write(File.join(stand_in, "karafka-testing.gemspec"), <<~RUBY)
      Gem::Specification.new { |gem| gem.name, gem.version, gem.summary, gem.authors = "karafka-testing", "2.6.0", "x", ["x"] }
    RUBY
    edit("Gemfile", 'gem "karafka"' => native,
                    'gem "karafka-testing"' => "gem \"karafka-testing\", path: #{stand_in.inspect}")
    @app = shop
    finish(bundle_install)
    refused = bundled("karafka", "info", RAILS_ENV: "test")

    expect(refused.exit_status).to eq(1)
    expect(refused.output).to include("remove the line `gem \"karafka-testing\"` from your Gemfile")
    expect(refused.output).not_to match(/karafka\.rb:\d+:in/)
  end
end
