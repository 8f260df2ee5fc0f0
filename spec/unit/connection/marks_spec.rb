# frozen_string_literal: true

RSpec.describe Karafka::Connection::Marks do
  let(:client) do
    Class.new do
      include Karafka::Connection::Marks

      attr_reader :slept

      def initialize(answers)
        @answers = answers
        @slept = []
        @commit_proxy = Karafka::Connection::Proxy.new(Struct.new(:max_attempts, :wait_time).new(0, 1))
      end

      # As the native connection.
      def commit(_wait, _timeout)
        @answers.shift.then do |answer|
          answer.is_a?(Integer) ? refuse(answer) : answer
        end
      end

      private

      def refuse(code) = raise(Rdkafka::RdkafkaError, code)
      def connection = self
      def sleep(seconds) = @slept << seconds
    end
  end

  it "waits for a coordinator that loads, however often its commit was repeated (H-034)" do
    loading = client.new([14, 14, 14, true])

    expect(loading.commit_offsets!).to be(true)
    expect(loading.slept).to eq([1, 1, 1])
  end

  it "raises what else a commit fails with" do
    expect do
      client.new([12]).commit_offsets!
    end.to raise_error(Rdkafka::RdkafkaError, /offset_metadata_too_large/)
  end
end
