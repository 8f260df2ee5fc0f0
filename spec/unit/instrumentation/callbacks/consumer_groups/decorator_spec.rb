# frozen_string_literal: true

RSpec.describe Karafka::Instrumentation::Callbacks::ConsumerGroups::Decorator do
  subject(:decorator) { described_class.new }

  it "decorates every number of every partition it is given" do
    decorated = decorator.call("topics" => { "a" => { "partitions" => { "-1" => { "lag" => 1 },
                                                                        "0" => { "lag" => 2 } } } })
    expect(decorated["topics"]["a"]["partitions"].values).to all(include("lag_d" => 0, "lag_fd" => 0))
  end

  it "is what connections use unless the app says otherwise" do
    expect(Karafka::App.config.internal.statistics.consumer_groups.decorator_class).to be(described_class)
  end
end
