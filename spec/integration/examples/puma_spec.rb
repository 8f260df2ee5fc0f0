# frozen_string_literal: true

require_relative "rails_app_helper"

# Consuming within the web server, as config/puma.rb of examples/rails_app does it.
RSpec.describe "Puma", :rails_app do
  def orders_through(numbers)
    numbers.each { |number| order(number) }
    await("receipts of #{numbers}", within: 90) { (numbers.to_a - with_receipt).empty? }
  end

  # @return [Hash{String => Integer}] how many messages of each topic are committed
  def committed
    %w[orders payments receipts].to_h do |name|
      [name, peer.committed("#{prefix}-app", "#{prefix}.#{name}").values.sum]
    end
  end

  it "consumes in its one process, and stops in order with it" do
    prepare("production")
    puma = puma("production", SHOP_EMBEDDED: "1")
    orders_through(1..4)
    stop(puma)

    expect(puma.output).not_to match(/error/i)
    expect(puma.lines.grep(/Stopp(ing|ed) Karafka server/).size).to eq(2)
    expect(committed).to eq({ "orders" => 4, "payments" => 4, "receipts" => 4 })
  end

  it "consumes in each of its workers, and goes on when one of them is killed" do
    app
    edit("karafka.rb", "config.kafka = {" => "config.kafka = { \"session.timeout.ms\": 6_000,")
    prepare("production")
    puma = puma("production", SHOP_EMBEDDED: "1", WEB_CONCURRENCY: "2")
    orders_through(1..6)
    first = Integer(puma.await_line(/Worker 0 \(PID: (\d+)\) booted/)[1])
    already = puma.lines.size
    Process.kill("KILL", first)
    again = Integer(puma.await_line(/Worker 0 \(PID: (\d+)\) booted/, after: already, within: 60)[1])
    orders_through(7..10)
    stop(puma)

    expect(again).not_to eq(first)
    expect(puma.output).not_to match(/ForkedHandleError|ProducerUsedInParentProcess/)
    expect(puma.lines.grep(/Stopped Karafka server/).size).to eq(2)
    # What the killed worker had not committed came again, so there may be more payments than orders.
    expect(committed).to match("orders" => 10, "payments" => (10..), "receipts" => 10)
  end
end
