# frozen_string_literal: true

RSpec.describe Karafka::Server::Consumers, :fresh_app do
  before do
    Karafka::App.setup { |config| config.kafka = { "bootstrap.servers": "127.0.0.1:9" } }
  end

  def draw(consumers, active: true)
    Karafka::App.routes.draw do
      consumers.each_with_index do |one, index|
        topic("topic#{index}") do
          active(active)
          consumer(one)
        end
      end
    end
  end

  it "lets consumers pass, anonymous ones and those of jobs too" do
    draw([Class.new(Karafka::BaseConsumer), Karafka::ActiveJob::Consumer])
    expect { described_class.check }.not_to raise_error
  end

  it "names each topic whose consumer is none, whatever it is" do
    good = Class.new(Karafka::BaseConsumer)
    draw([good, String, Kernel, "Orders", good.new, ->(batch) { batch }])
    expect { Karafka::Server.prepare }.to raise_error(Karafka::Errors::InvalidConfigurationError) { |error|
      wrong = error.message.scan(/routes\.app\.(\w+)\.consumer/).flatten
      expect(wrong).to eq(%w[topic1 topic2 topic3 topic4 topic5])
      expect(error.message).to include("is String", 'is \"Orders\"')
    }
    expect(Karafka::Server.jobs_queue).to be_nil
  end

  it "tells whoever embeds the server as it starts" do
    draw([String])
    2.times do
      expect { Karafka::Embedded.start }.to raise_error(Karafka::Errors::InvalidConfigurationError, /String/)
    end
  end

  it "does not ask for those of topics that are off" do
    draw([String], active: false)
    expect { described_class.check }.not_to raise_error
  end
end
