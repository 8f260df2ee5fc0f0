# frozen_string_literal: true

module Karafka
  module Routing
    # `self` inside the blocks of the DSL: `name value` calls the target's `name=`, where it has
    # one, else its `name`.
    class Proxy
      # @return [Object] the topic, group or declaration the block describes
      attr_reader :target

      # @param target [Object]
      # @yield evaluated in the proxy at once
      def initialize(target, &block)
        @target = target
        instance_eval(&block) if block
      end

      private

      # @raise [NoMethodError] the target has neither form
      def method_missing(name, *args, **options, &block)
        verb = verb_for(name, bare: args.empty? && options.empty? && !block)
        return @target.public_send(verb, *args, **options, &block) if verb

        raise unknown(name, args, caller(1))
      end

      # The user's line comes first in the backtrace; without locations Ruby prints no line of ours.
      def unknown(name, args, backtrace)
        error = NoMethodError.new("undefined option `#{name}` for #{@target.class}", name, args,
                                  receiver: self)
        error.tap { error.set_backtrace(backtrace) }
      end

      def respond_to_missing?(name, include_private = false)
        !verb_for(name, bare: false).nil? || super
      end

      # A word alone reads what can be read.
      def verb_for(name, bare:)
        setter = :"#{name}="
        reads = @target.respond_to?(name)
        return setter if @target.respond_to?(setter) && !(bare && reads)

        name if reads
      end
    end
  end
end
