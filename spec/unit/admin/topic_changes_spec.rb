# frozen_string_literal: true

require_relative "admin_doubles"

RSpec.describe Karafka::Admin::TopicChanges, :fresh_app do
  include AdminDoubles

  # A cluster that acknowledges, and shows what the answers say, one after the other; the last stays.
  let(:client_class) do
    Struct.new(:answers, :failure) do
      def create_topic(*) = failure && raise(failure)
      alias_method :delete_topic, :create_topic
      alias_method :create_partitions, :create_topic

      def topic(_name)
        answer = answers.size > 1 ? answers.shift : answers.first
        raise answer if answer.is_a?(Exception)

        { partitions: Array.new(answer) { { leader: 1 } } }
      end
    end
  end

  before do
    Karafka::App.config.admin.retry_backoff = 1
    Karafka::App.config.admin.max_retries_duration = 60_000
  end

  # Three looks take longer than this on a busy machine, so only what never shows is given so little.
  def give_up_soon
    Karafka::App.config.admin.max_retries_duration = 30
  end

  def changes(*answers, failure: nil)
    described_class.new(AdminDoubles::Lender.new(client: client_class.new(answers, failure)))
  end

  it "returns when the topic shows" do
    expect(changes(unknown_topic, unknown_topic, 2).create("t", 2, 1, {})).to be_nil
    expect(changes(1).create("t", -1, 1, {})).to be_nil
  end

  it "returns when the partitions show" do
    expect(changes(2, 2, 4).widen("t", 4)).to be_nil
  end

  it "returns when the topic does not show any more" do
    expect(changes(2, 2, unknown_topic).delete("t")).to be_nil
  end

  it "waits for a leader of each partition" do
    client = client_class.new([])
    topics = [{ partitions: [{ leader: -1 }] }, { partitions: [{ leader: 3 }] }]
    allow(client).to receive(:topic) { topics.size > 1 ? topics.shift : topics.first }
    described_class.new(AdminDoubles::Lender.new(client:)).create("t", 1, 1, {})

    expect(topics.size).to eq(1)
  end

  it "says so when what was acknowledged never shows" do
    give_up_soon
    [
      -> { changes(unknown_topic).create("t", 1, 1, {}) }, -> { changes(1).delete("t") },
      -> { changes(1).widen("t", 2) }
    ].each { |change| expect(&change).to raise_error(Karafka::Errors::ResultNotVisibleError, /t/) }
  end

  it "raises what Kafka refuses at once" do
    expect { changes(1, failure: error(36)).create("t", 1, 1, {}) }
      .to raise_error(Rdkafka::RdkafkaError, /topic_already_exists/)
  end

  it "counts a change without an answer as done when it shows" do
    expect(changes(unknown_topic, 1, failure: error(-185)).create("t", 1, 1, {})).to be_nil
  end

  it "raises why there was no answer when it never shows, or nothing answers at all" do
    give_up_soon
    timeout = Rdkafka::AbstractHandle::WaitTimeoutError.new("late")

    expect { changes(unknown_topic, failure: timeout).create("t", 1, 1, {}) }.to raise_error(timeout)
    expect { changes(error(-195), failure: timeout).create("t", 1, 1, {}) }.to raise_error(timeout)
  end
end
