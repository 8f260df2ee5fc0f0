# frozen_string_literal: true

module WaterDrop
  module Contracts
    # Settings of a producer.
    class Config < Karafka::Core::Contractable::Contract
      configure { |config| config.error_messages = MESSAGES }

      POSITIVE = ->(value, *) { (value.is_a?(Integer) && value >= 1) || :positive }
      DURATION = ->(value, *) { (value.is_a?(Numeric) && value >= 0) || :duration }
      BOOLEAN = ->(value, *) { [true, false].include?(value) || :boolean }
      PRESENT = ->(value, *) { !value.nil? || :nil }
      IDLE = ->(value, *) { value.is_a?(Integer) && (value.zero? || value >= 30_000) }
      private_constant :POSITIVE, :DURATION, :BOOLEAN, :PRESENT, :IDLE

      required(:id) { |id| id.is_a?(String) && !id.empty? }
      required(:kafka) { |kafka| kafka.is_a?(Hash) && !kafka.empty? }
      %i[logger monitor client_class].each { |name| required(name, &PRESENT) }
      %i[deliver wait_on_queue_full instrument_on_wait_queue_full reload_on_transaction_fatal_error
         reload_on_idempotent_fatal_error].each { |name| required(name, &BOOLEAN) }
      %i[max_payload_size max_attempts_on_transaction_command max_attempts_on_transaction_fatal_error
         max_attempts_on_idempotent_fatal_error].each { |name| required(name, &POSITIVE) }
      %i[max_wait_timeout wait_backoff_on_queue_full wait_timeout_on_queue_full
         wait_backoff_on_transaction_command wait_timeout_on_transaction_abort
         wait_backoff_on_transaction_fatal_error
         wait_backoff_on_idempotent_fatal_error].each { |name| required(name, &DURATION) }
      required(:idle_disconnect_timeout, &IDLE)
      required(:statistics_decorator) { |decorator| decorator.respond_to?(:call) }
      required(:non_reloadable_errors) { |codes| codes.is_a?(Array) && codes.all?(Symbol) }

      nested(:oauth) do
        required(:token_provider_listener) do |listener|
          listener == false || listener.respond_to?(:on_oauthbearer_token_refresh)
        end
      end

      nested(:polling) do
        required(:mode) { |mode| %i[fd thread].include?(mode) }
        required(:poller) { |poller| poller.nil? || poller.is_a?(Polling::Poller) }
        nested(:fd) do
          required(:max_time, &POSITIVE)
          required(:periodic_poll_interval) { |interval| interval.is_a?(Integer) && interval >= 100 }
        end
      end

      virtual do |data, errors|
        next unless errors.empty?

        data[:kafka].keys.grep_v(Symbol).map do |key|
          [[:kafka, key], "setting names need to be Symbols"]
        end
      end

      virtual do |data, errors|
        next unless errors.empty? && data[:polling][:poller] && data[:polling][:mode] != :fd

        [[%i[polling poller], "needs polling.mode to be :fd"]]
      end
    end
  end
end
