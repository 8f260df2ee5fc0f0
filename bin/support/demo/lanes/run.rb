# frozen_string_literal: true

require "securerandom"
require_relative "../place"
require_relative "../table"
require_relative "act"
require_relative "payments"
require_relative "summary"

module Demo
  module Lanes
    # Payments, then an act with one lane and one with several, then the count.
    class Run
      # @param options [CommandLine::Options]
      def initialize(options)
        @options = options
        @stop = Queue.new
        @accounts = []
      end

      # @return [Integer] exit code
      def call
        trap_signals
        prepare
        [1, @options.lanes].uniq.each { |lanes| act(lanes) unless stopped? || @accounts.any?(&:trouble) }
        summary = Summary.new(@accounts, stopped: stopped?)
        puts summary
        summary.fine? ? 0 : 1
      rescue Place::Unreachable, WaterDrop::Errors::ProduceError => e
        warn "bin/demo lanes: #{e.message}"
        1
      ensure
        @act&.kill
        @place&.close
      end

      private

      # The first Ctrl-C stops; the next one does not wait.
      def trap_signals
        %w[INT TERM].each do |signal|
          Signal.trap(signal) do
            next @stop << signal if @stop.empty?

            @act&.kill
            exit!(130)
          end
        end
      end

      def stopped?
        !@stop.empty?
      end

      def prepare
        @place = Place.new(@options.kafka)
        prefix = "karafka-demo-#{SecureRandom.hex(4)}-" unless @place.own?
        @topic = "#{prefix}payments"
        @dead_letters = "#{prefix}payments-failed"
        [@topic, @dead_letters].each { |topic| @place.create_topic(topic, 1) }
        @payments = Payments.new(@options.payments)
        @payments.produce(@place.bootstrap_servers, @topic)
        puts "#{Table.number(@options.payments)} payments of #{@options.work} ms each in one partition " \
             "of #{@topic}", "on #{@place}; Ctrl-C stops"
      end

      def act(lanes)
        group = @place.group("#{@topic}-#{lanes}")
        @act = Act.new(lanes, @payments, @place, environment(lanes, group))
        @accounts << @act.run { stopped? }
      end

      def environment(lanes, group)
        { "KARAFKA_ENV" => "production", "KAFKA" => @place.bootstrap_servers, "GROUP" => group,
          "TOPIC" => @topic, "DEAD_LETTERS" => @dead_letters,
          "LANES" => lanes.to_s, "WORK_MS" => @options.work.to_s }
      end
    end
  end
end
