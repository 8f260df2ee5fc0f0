# frozen_string_literal: true

require_relative "clock"
require "securerandom"
require_relative "orders"
require_relative "place"
require_relative "screen"
require_relative "summary"

module Demo
  # Broker, app, orders, screen; then the end in the reverse order.
  class Run
    APP = File.expand_path("../../../examples/demo/karafka.rb", __dir__)
    # Seconds that the last orders may take.
    PATIENCE = 30
    private_constant :APP, :PATIENCE

    # @param options [CommandLine::Options]
    def initialize(options)
      @options = options
      @stop = Queue.new
    end

    # @return [Integer] exit code
    def call
      trap_signals
      boot
      started_at = Demo.now
      @orders.start
      watch
      finish
      summary = Summary.new(@orders, @receipts, Demo.now - started_at)
      puts summary, "", "One partition with one lane and with eight: bin/demo lanes"
      # Who stops before the first order has lost none.
      summary.fine? || (stopped? && summary.nothing?) ? 0 : 1
    rescue Place::Unreachable => e
      warn "bin/demo: #{e.message}"
      1
    ensure
      close
    end

    private

    # The first Ctrl-C stops; the next one does not wait.
    def trap_signals
      %w[INT TERM].each do |signal|
        Signal.trap(signal) { @stop.empty? && !@stopping ? @stop << signal : exit!(130) }
      end
    end

    def boot
      @place = Place.new(@options.kafka)
      topic = @place.own? ? "orders" : "karafka-demo-#{SecureRandom.hex(4)}"
      @place.create_topic(topic, @options.partitions)
      load_app(topic)
      Karafka::Embedded.start
      @receipts = Receipts.instance
      @orders = Orders.new(Karafka.producer, topic, @receipts, @options.rate)
      @screen = Screen.new(@orders, @receipts)
      puts "#{@options.partitions} partitions of #{topic} on #{@place}; Ctrl-C stops", ""
    end

    # Topic and group have the same name: whatever is there already is left alone.
    def load_app(topic)
      ENV["KAFKA"] = @place.bootstrap_servers
      ENV["DEMO_TOPIC"] = topic
      ENV["DEMO_GROUP"] = @place.group(topic)
      require APP
    end

    # Until somebody stops it, its time is over, or producing failed.
    def watch
      deadline = @options.seconds && (Demo.now + @options.seconds)
      until stopped? || @orders.error || (deadline && Demo.now >= deadline)
        sleep(deadline ? (deadline - Demo.now).clamp(0, @screen.interval) : @screen.interval)
        @screen.show
      end
      @stopping = true
    end

    def stopped?
      !@stop.empty?
    end

    # What was acknowledged must come.
    def finish
      @orders.stop
      @receipts.await(PATIENCE) { |consumed| consumed >= @orders.acknowledged }
      @screen.show
    end

    def close
      Karafka::Embedded.stop if @orders
      @place&.close
    end
  end
end
