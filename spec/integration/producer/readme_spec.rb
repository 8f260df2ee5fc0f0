# frozen_string_literal: true

require_relative "../spec_helper"

# Every example of the README's section on producing runs here, on the shared broker.
RSpec.describe "The README's section on producing" do
  readme = File.join(Specs::Kafka::ROOT, "README.md")
  section = File.read(readme)[/^## Producing$.*?(?=^## )/m]
  examples = section.scan(/^```ruby\n(.*?)^```$/m).flatten

  it "has examples" do
    expect(examples.size).to be >= 3
  end

  examples.each_with_index do |code, index|
    it "holds in example #{index + 1}" do
      # A broker cuts the connection of whoever sends without acknowledgement to a topic that is being made.
      code = code.gsub("localhost:9092", kafka).gsub("clicks", create_topic("clicks"))
      child = run_app(<<~RUBY)
        require "karafka"
        #{code}
        puts ObjectSpace.each_object(WaterDrop::Producer).map { |one| one.status.to_s }.uniq
      RUBY
      # A broker that has just begun says at first that its coordinator of transactions is not there yet.
      expect([child.exit_status(within: 60), child.lines.grep_v(/GETPID: .*oordinator.*: retrying/)])
        .to eq([0, ["closed"]])
    end
  end
end
