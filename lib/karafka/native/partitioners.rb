# frozen_string_literal: true

module Karafka
  module Native
    # Partitioners for `virtual_partitions partitioner:` that never enter Ruby: the engine finds the keys
    # of a whole batch. Each also answers `call(message)` as the lambda would that it stands for, so it
    # serves wherever a lambda does, and a custom reducer gets the same keys.
    #
    # @example One customer, one lane
    #   virtual_partitions partitioner: Karafka::Native::Partitioners::JsonPointer.new("/customer/id")
    module Partitioners
      autoload :Base, "karafka/native/partitioners/base"
      autoload :Header, "karafka/native/partitioners/header"
      autoload :JsonPointer, "karafka/native/partitioners/json_pointer"
      autoload :Key, "karafka/native/partitioners/key"
      autoload :Modulo, "karafka/native/partitioners/modulo"
      autoload :Payload, "karafka/native/partitioners/payload"
      autoload :Several, "karafka/native/partitioners/several"

      # @param partitioner [#call]
      # @return [Boolean] the engine may ask its extractor: a class of the app that inherits from one of
      #   these may mean something else by `call`
      def self.native?(partitioner)
        [Header, JsonPointer, Key, Modulo, Payload, Several].include?(partitioner.class)
      end
    end
  end
end
