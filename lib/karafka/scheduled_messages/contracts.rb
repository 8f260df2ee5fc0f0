# frozen_string_literal: true

module Karafka
  module ScheduledMessages
    # Checks of settings and of what is to be scheduled.
    module Contracts
      # Farther away an epoch was given in milliseconds.
      FARTHEST = 100 * 365 * 86_400
      ENVELOPE_KEYS = %i[topic key partition_key].freeze
      private_constant :FARTHEST, :ENVELOPE_KEYS

      # `config.scheduled_messages`.
      class Settings < Karafka::Contracts::Base
        %i[interval flush_batch_size].each do |name|
          required(:scheduled_messages, name) do |value|
            Karafka::Contracts::Expected.integer(value, least: 1)
          end
        end

        required(:scheduled_messages, :group_id) { |id| Karafka::Contracts::KafkaName.check(id) }

        required(:scheduled_messages, :states_suffix) do |suffix|
          Karafka::Contracts::KafkaName.check(suffix)
        end

        required(:scheduled_messages, :producer) do |producer|
          producer.nil? || producer.respond_to?(:produce_async) ||
            "needs to be a producer or nil, not #{producer.inspect}"
        end
      end

      # What a producer would refuse, whatever its limit of sizes: it sees the record itself.
      MESSAGE = WaterDrop::Contracts::Message.new(Float::INFINITY)
      private_constant :MESSAGE

      class << self
        # @param message [Object]
        # @raise [WaterDrop::Errors::MessageInvalidError]
        def check_message(message)
          MESSAGE.validate!(message, WaterDrop::Errors::MessageInvalidError, scope: ["message"])
          refuse("message.payload", "cannot be nil: that cancels") if message[:payload].nil?
        end

        # @param epoch [Object]
        # @raise [WaterDrop::Errors::MessageInvalidError]
        def check_epoch(epoch)
          unless epoch.is_a?(Integer) && !epoch.negative?
            refuse("epoch", "needs to be an Integer of seconds since 1970, not #{epoch.inspect}")
          end
          return if epoch <= Time.now.to_i + FARTHEST

          refuse("epoch", "#{epoch} is over 100 years ahead: it needs to be seconds, not milliseconds")
        end

        # @param envelope [Object]
        # @param required [Array<Symbol>]
        # @raise [WaterDrop::Errors::MessageInvalidError]
        def check_envelope(envelope, required: %i[topic])
          refuse("envelope", "needs to be a Hash with `topic`") unless envelope.is_a?(Hash)

          unknown = envelope.keys - ENVELOPE_KEYS
          refuse("envelope", "does not know #{unknown.inspect}") unless unknown.empty?
          required.each { |name| refuse("envelope.#{name}", "needs to be present") if envelope[name].nil? }
          check_texts(envelope)
          check_topic(envelope[:topic].to_s)
        end

        private

        def check_texts(envelope)
          %i[key partition_key].each do |name|
            value = envelope[name]
            next if value.nil? || (value.is_a?(String) && !value.empty?)

            refuse("envelope.#{name}", "needs to be a String with characters, not #{value.inspect}")
          end
        end

        def check_topic(name)
          known = App.routes.flat_map { |group| group.topics.to_a }.select(&:scheduled_messages?).map(&:name)
          return if known.include?(name)

          refuse("envelope.topic", "`#{name}` is no topic of `scheduled_messages` in the routes " \
                                   "(#{known.empty? ? "there is none" : known.join(", ")})")
        end

        def refuse(path, text)
          raise WaterDrop::Errors::MessageInvalidError, { path.to_sym => text }.inspect
        end
      end
    end
  end
end
