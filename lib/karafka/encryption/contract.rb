# frozen_string_literal: true

module Karafka
  module Encryption
    # `config.encryption`. Nothing but `active` matters while that is false.
    class Contract < Contracts::Base
      MODES = %i[direct envelope].freeze
      # Setting of `envelope` => allowed values.
      NUMBERS = {
        max_messages: 1..(2**32), max_age: (1_000..), cache_size: (1..), cache_ttl: (1_000..)
      }.freeze
      private_constant :MODES, :NUMBERS

      required(:encryption, :active) do |active|
        [true, false].include?(active) || "needs to be true or false"
      end

      virtual do |config, errors, contract|
        settings = config[:encryption]
        contract.problems(settings) if errors.empty? && settings[:active]
      end

      # @param settings [Hash{Symbol => Object}]
      # @return [Array<Array(Array<Symbol>, String)>] path and text of what is wrong
      def problems(settings)
        found = { mode: mode(settings), version: version(settings), public_key: public_key(settings),
                  fingerprinter: fingerprinter(settings) }
        found = found.compact.map { |name, text| [[:encryption, name], text] }
        found + private_keys(settings[:private_keys]) + envelope(settings[:envelope])
      end

      private

      def mode(settings)
        "needs to be :direct or :envelope" unless MODES.include?(settings[:mode])
      end

      def version(settings)
        version = settings[:version]
        "needs to be a String, not empty" unless version.is_a?(String) && !version.empty?
      end

      def public_key(settings)
        pem = settings[:public_key]
        return "needs to be a PEM String" unless pem.is_a?(String)

        Native.public_key_problem(pem, settings[:mode] == :envelope)
      end

      def fingerprinter(settings)
        return if settings[:fingerprinter] == false || settings[:fingerprinter].respond_to?(:hexdigest)

        "needs to be false or answer `hexdigest`"
      end

      def private_keys(keys)
        path = %i[encryption private_keys]
        return [[path, "needs to be a Hash of version => PEM"]] unless keys.is_a?(Hash)

        keys.filter_map do |version, pem|
          next [path, "needs versions that are Strings"] unless version.is_a?(String)

          problem = pem.is_a?(String) ? Native.private_key_problem(pem) : "needs to be a PEM String"
          [[*path, version], problem] if problem
        end
      end

      def envelope(settings)
        found = NUMBERS.filter_map do |name, range|
          value = settings[name]
          next if value.is_a?(Integer) && range.cover?(value)

          [[:encryption, :envelope, name], "needs to be an Integer of #{range}"]
        end
        found << [%i[encryption envelope accepted_origins], ORIGINS] unless origins?(settings)
        decoder = settings[:foreign_decoder]
        unless decoder.nil? || decoder.respond_to?(:call)
          found << [%i[encryption envelope foreign_decoder], "needs to be nil or answer `call`"]
        end
        found
      end

      ORIGINS = "needs to be a Hash of topic => Array of topics"
      private_constant :ORIGINS

      def origins?(settings)
        origins = settings[:accepted_origins]
        origins.is_a?(Hash) && origins.all? do |topic, accepted|
          topic.is_a?(String) && accepted.is_a?(Array) && accepted.all?(String)
        end
      end
    end
  end
end
