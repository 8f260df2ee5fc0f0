# frozen_string_literal: true

module Rdkafka
  # Values of the producing side.
  class Producer
    autoload :DeliveryHandle, "rdkafka/producer/delivery_handle"
    autoload :DeliveryReport, "rdkafka/producer/delivery_report"

    # Reachable from here as well, as apps rescue it beside what they dispatch.
    WaitTimeoutError = AbstractHandle::WaitTimeoutError

    # A topic could not be prepared with the settings given for it.
    class TopicHandleCreationError < RuntimeError; end
  end
end
