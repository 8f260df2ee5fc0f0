# frozen_string_literal: true

# Makes payments, each of which takes a while that no CPU is needed for: an answer of the bank, say. Each
# lane has an instance of its own.
class PaymentsConsumer < Karafka::BaseConsumer
  # Seconds that the bank takes.
  WORK = Float(ENV.fetch("WORK_MS", "10")) / 1_000

  # @return [Integer] from 1, in the order in which lanes come up
  attr_reader :lane

  def consume
    Report.instance.run(self, collapsed?)
    messages.each do |message|
      pay(message)
      # Whoever has the partition now pays the others.
      return nil unless mark_as_consumed(message)
    end
    Report.instance.rest(self)
  end

  private

  def initialized
    @lane = Report.instance.next_lane
  end

  def pay(message)
    payment = message.payload
    raise ArgumentError, "payment #{payment["payment"]} has no amount" unless payment["cents"]

    sleep(WORK)
    Report.instance.paid(self, message)
  end
end
