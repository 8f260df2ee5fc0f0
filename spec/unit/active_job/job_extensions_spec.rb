# frozen_string_literal: true

require_relative "jobs_context"

RSpec.describe Karafka::ActiveJob::JobExtensions, :fresh_app do
  let(:parent) { Class.new(ActiveJob::Base) }
  let(:child) { Class.new(parent) }
  let(:sibling) { Class.new(parent) }

  it "knows no options at first, and answers a Hash that may be changed" do
    expect(ActiveJob::Base.karafka_options).to eq({})
    expect(parent.karafka_options).to eq({})
    expect(parent.karafka_options({})).not_to be_frozen
  end

  it "inherits and overrides option by option, leaving parent and siblings alone (H-202)" do
    parent.karafka_options(dispatch_method: :produce_sync, partition_key_type: :partition)
    answered = child.karafka_options(dispatch_method: :produce_async)

    expect(answered).to eq({ dispatch_method: :produce_async, partition_key_type: :partition })
    expect(child.karafka_options).to eq(answered)
    expect([parent, sibling].map(&:karafka_options))
      .to all(eq({ dispatch_method: :produce_sync, partition_key_type: :partition }))
    expect(ActiveJob::Base.karafka_options).to eq({})
  end

  it "never lets a child change what it inherits by changing the answer (H-202)" do
    child.karafka_options[:dispatch_method] = :produce_sync

    expect([child, parent, ActiveJob::Base].map(&:karafka_options)).to all(eq({}))
  end

  it "adds to what the class said before" do
    parent.karafka_options(dispatch_method: :produce_sync)
    parent.karafka_options(partition_key_type: :partition)

    expect(parent.karafka_options.keys).to eq(%i[dispatch_method partition_key_type])
  end

  it "refuses when the class is loaded, and changes nothing" do
    expect { parent.karafka_options(dispatch_method: :x, partition_key_type: :key) }
      .to raise_error(Karafka::Errors::InvalidConfigurationError, /:"active_job\.dispatch_method"=>/)
    expect(parent.karafka_options).to eq({})
  end

  it "keeps what it does not know" do
    parent.karafka_options("dispatch_method" => "x", mine: nil)

    expect(parent.karafka_options).to eq({ "dispatch_method" => "x", mine: nil })
  end

  it "may extend twice, at every level, without a loss" do
    parent.karafka_options(dispatch_method: :produce_sync)
    [parent, child, ActiveJob::Base].each { |klass| klass.extend(described_class) }

    expect([parent, child].map(&:karafka_options)).to all(eq({ dispatch_method: :produce_sync }))
  end

  it "checks with the configuration's contract" do
    contract = Class.new { def validate!(_data, scope:) = raise("#{scope} refused") }.new
    Karafka::App.config.internal.active_job.job_options_contract = contract

    expect { parent.karafka_options(mine: 1) }.to raise_error('["active_job"] refused')
  end
end
