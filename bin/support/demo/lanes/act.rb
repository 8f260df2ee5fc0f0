# frozen_string_literal: true

require_relative "../clock"
require "zlib"
require_relative "../canvas"
require_relative "account"
require_relative "books"
require_relative "committed"
require_relative "screen"
require_relative "server"

module Demo
  module Lanes
    # All payments once, with so many lanes: the app runs, the screen shows, Kafka is asked in the end.
    class Act
      # Seconds without a payment after which it is given up, and that the app may take to stop.
      PATIENCE = 30
      # Seconds between two looks at how it goes.
      TICK = 0.05
      # Lines of the app's own that are shown when it fails.
      OUTPUT = 8
      # More dead letters than that are wrong anyway.
      LETTERS = 1_000
      private_constant :PATIENCE, :TICK, :OUTPUT, :LETTERS

      # @param lanes [Integer]
      # @param payments [Payments] sent
      # @param place [Place]
      # @param env [Hash{String => String}] of the app
      def initialize(lanes, payments, place, env)
        @lanes = lanes
        @payments = payments
        @place = place
        @env = env
        @books = Books.new(payments)
        title = lanes == 1 ? "1 lane" : "#{lanes} lanes"
        @screen = Screen.new(title, payments, @books, Canvas.new)
        @letters = []
        @committed = Committed.new(place, env.fetch("GROUP"), env.fetch("TOPIC"))
        @server = Server.new(@books, env)
      end

      # Until everything was paid or given up, nothing moves any more, or the block says so; then the app
      # stops and Kafka is asked.
      #
      # @yieldreturn [Boolean]
      # @return [Account]
      def run(&stopped)
        @committed.follow { |offset| @books.committed = offset }
        watch until finished?(&stopped)
        stop
        ask
        @screen.show
        Account.new(@lanes, @payments, @books, committed: @offset, letters: @letters, trouble: @trouble)
      end

      # The process must not outlive this one.
      def kill
        @server.kill
      end

      private

      def watch
        sleep(TICK)
        @screen.show if @screen.due?
      end

      def stop
        @server.stop
        asked_at = Demo.now
        watch while @server.running? && Demo.now - asked_at < PATIENCE
        @server.kill
        status = @server.join
        @trouble ||= "The app did not stop in order: #{status}." unless status.exitstatus&.zero?
      end

      # What Kafka has is what counts.
      def ask
        @committed.stop
        @offset = @books.committed = @committed.read
        @letters = letters
      rescue Place::Unreachable, Rdkafka::RdkafkaError => e
        @trouble = [@trouble, "Kafka could not be asked what it has: #{e.message}."].compact.join("\n")
      end

      def finished?
        @moved_at = [@books.moved_at, @moved_at || Demo.now].compact.max
        if !@server.running?
          @trouble = ["The app ended by itself, #{@server.join}.", *@server.output.last(OUTPUT)].join("\n")
        elsif Demo.now - @moved_at > PATIENCE
          @trouble = "No payment was made for #{PATIENCE} s."
        end
        !@trouble.nil? || @books.complete? || @books.committed.to_i >= @payments.sent.size || yield
      end

      # What Kafka has, of this group, with the payment as it was sent.
      def letters
        messages = @place.admin.read_topic(@env.fetch("DEAD_LETTERS"), 0, LETTERS)
        own = messages.select { |message| message.headers["source_consumer_group"] == @env.fetch("GROUP") }
        own.filter_map do |letter|
          offset = Integer(letter.headers.fetch("source_offset"))
          offset if @payments.sent[offset]&.crc == Zlib.crc32(letter.raw_payload.to_s)
        end
      end
    end
  end
end
