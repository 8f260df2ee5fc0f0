# frozen_string_literal: true

module Karafka
  module Routing
    # `parallel_decryption`: whether the payloads of a batch are decrypted together, on all cores and
    # without the VM lock, when the first of them is asked for. Not in the original.
    class Topic
      # @return [Boolean, nil] nil, the default: where that is faster than one by one
      def parallel_decryption
        @settings[:parallel_decryption]
      end

      # @param together [Boolean, nil] true always, false never
      # @raise [ArgumentError] anything else
      def parallel_decryption=(together)
        unless [true, false, nil].include?(together)
          raise ArgumentError, "`parallel_decryption` of topic #{name.inspect} needs to be true, false or nil"
        end

        set(:parallel_decryption, together)
      end
    end
  end
end
