# frozen_string_literal: true

RSpec.describe Karafka::Connection::Proxy do
  let(:settings) { Struct.new(:timeout, :max_attempts, :wait_time).new(70, 3, 1) }
  let(:proxy) { described_class.new(settings) }

  def failing(times, code)
    calls = 0
    answer = begin
      proxy.call do |timeout|
        calls += 1
        raise Rdkafka::RdkafkaError.new(code) if calls <= times # rubocop:disable Style/RaiseArgs

        timeout
      end
    rescue Rdkafka::RdkafkaError => e
      e.code
    end
    [answer, calls]
  end

  {
    all_brokers_down: -187, timed_out: -185, transport: -195, network_exception: 13, not_coordinator: 16,
    not_leader_for_partition: 6, coordinator_load_in_progress: 14, stale_member_epoch: 113
  }.each do |code, number|
    it "repeats after #{code}, three times at most" do
      expect(failing(3, number)).to eq([70, 4])
      expect(failing(4, number)).to eq([code, 4])
    end
  end

  it "raises every other failure at once" do
    expect(failing(1, 12)).to eq([:offset_metadata_too_large, 1])
    expect(failing(1, 25)).to eq([:unknown_member_id, 1])
  end

  it "gives no timeout where the call has none" do
    plain = described_class.new(Struct.new(:max_attempts, :wait_time).new(3, 1))
    expect(plain.call { |timeout| [timeout] }).to eq([nil])
  end
end
