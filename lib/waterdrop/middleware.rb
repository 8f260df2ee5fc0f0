# frozen_string_literal: true

module WaterDrop
  # Steps that each message passes before it is checked and sent, in order.
  class Middleware
    # @return [#call, nil] one more step, which stays the last whatever is added: encryption
    attr_accessor :last

    def initialize
      @steps = [].freeze
      @mutex = Mutex.new
    end

    # @return [Boolean] there is nothing to run
    def empty?
      @steps.empty? && @last.nil?
    end

    # @param message [Hash]
    # @return [Hash] what the last step returned
    def run(message)
      @steps.each { |step| message = step.call(message) }
      @last ? @last.call(message) : message
    end

    # @param messages [Array<Hash>]
    # @return [Array<Hash>] the argument itself when there is no step
    def run_many(messages)
      return messages if empty?

      messages.map { |message| run(message) }
    end

    # @param step [#call] gets the message, returns it or another one
    def prepend(step)
      @mutex.synchronize { @steps = [step, *@steps].freeze }
      nil
    end

    # @param step [#call] gets the message, returns it or another one
    def append(step)
      @mutex.synchronize { @steps = [*@steps, step].freeze }
      nil
    end
  end
end
