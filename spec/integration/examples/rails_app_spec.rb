# frozen_string_literal: true

require_relative "rails_app_helper"

# The shop of examples/rails_app: Debian's Rails, SQLite, Puma, each a process.
RSpec.describe "examples/rails_app", :rails_app do
  it "passes its own suite, with no broker in reach" do
    migrated = bundled("rails", "db:migrate", RAILS_ENV: "test")
    finish(migrated)
    suite = bundled("rspec", RAILS_ENV: "test", SHOP_PREFIX: nil, KAFKA: "127.0.0.1:1")

    expect(finish(suite)).to match(/\b11 examples, 0 failures/)
  end

  it "begins with `karafka install`; runner and console see what it made" do
    FileUtils.rm(File.join(app, "karafka.rb"))
    refused = bundled("rails", "runner", "1", RAILS_ENV: "development")
    expect([refused.exit_status, refused.output]).to match([1, /karafka\.rb.*MissingBootFileError/m])
    finish(bundled("karafka", "install", RAILS_ENV: "development"))
    finish(bundled("rails", "db:migrate", RAILS_ENV: "development"))

    asking = "puts \"routes \#{Karafka::App.routes.flat_map { |group| group.topics.map(&:consumer) }}\""
    runner = bundled("rails", "runner", asking, RAILS_ENV: "development")
    expect(finish(runner)).to include("routes [ExampleConsumer]")
    console = bundled("karafka", "console", RAILS_ENV: "development")
    console.say(asking)
    console.await_line("routes [ExampleConsumer]")
    console.say("exit")
    expect(finish(console)).to include("Environment: development")
  end

  it "takes orders over HTTP and works them off in production" do
    prepare("production")
    # Two workers share one connection: each job gives it back, or the other would wait in vain.
    server = karafka_server("production", RAILS_MAX_THREADS: "1")
    puma = puma("production")
    (1..8).each { |number| order(number) }
    await("all receipts", within: 60) { with_receipt == (1..8).to_a }
    [puma, server].each { |child| stop(child) }

    expect(server.output).not_to match(/error|ConnectionTimeout/i)
    expect(server.lines.grep(/\AReceipt of order/).size).to eq(8)
    expect(peer.committed("#{prefix}-app", "#{prefix}.payments")).to eq({ 0 => 8 })
  end

  # Who waits with the VM lock held waits in vain, and who has read first is refused at once.
  it "writes from several threads, none of which SQLite refuses" do
    finish(bundled("rails", "db:migrate", RAILS_ENV: "production"))
    writing = <<~RUBY
      writers = 2.times.map do |writer|
        Thread.new do
          40.times do |turn|
            numbers = [1, 2].map { |place| writer * 1_000 + turn * 2 + place }
            orders = Order.transaction do
              numbers.map { |number| OrdersConsumer.new.send(:place, "number" => number, "customer" => "ada", "cents" => 1) }
            end
            orders.each { |order| order.update!(paid_at: Time.current) }
          end
        end
      end
      writers.each(&:value)
      puts "paid \#{Order.paid.count}"
    RUBY

    expect(finish(bundled("rails", "runner", writing, RAILS_ENV: "production"))).to include("paid 160")
  end

  it "runs the code as it is edited in development, one batch late" do
    prepare("development")
    edit("app/consumers/orders_consumer.rb", "def consume\n" => <<~RUBY)
      def consume
          Rails.logger.info("first edition \#{messages.first.offset}")
    RUBY
    server = karafka_server("development")
    topic = "#{prefix}.orders"
    place = lambda do |number|
      peer.produce(topic, [{ payload: { number:, customer: "ada", cents: 1 }.to_json, partition: 0 }])
      await("order #{number}", within: 60) { server.lines.grep(/\A\w+ edition #{number}/)[0] }
    end
    place.call(0)
    edit("app/consumers/orders_consumer.rb", "first edition" => "second edition")
    (1..2).each { |number| place.call(number) }
    stop(server)

    expect(server.lines.grep(/\A\w+ edition/)).to eq(["first edition 0", "first edition 1",
                                                      "second edition 2"])
  end
end
