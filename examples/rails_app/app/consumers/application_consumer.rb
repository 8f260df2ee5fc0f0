# frozen_string_literal: true

# What all consumers of this app share.
class ApplicationConsumer < Karafka::BaseConsumer
end
