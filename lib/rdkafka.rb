# frozen_string_literal: true

# The names of the native client that apps rescue, build and compare: errors, handles, reports and
# partition lists. No client of its own: connections and producers stand on `Karafka::Native`.
module Rdkafka
  autoload :AbstractHandle, "rdkafka/abstract_handle"
  autoload :BaseError, "rdkafka/errors"
  autoload :ClosedAdminError, "rdkafka/errors"
  autoload :ClosedConsumerError, "rdkafka/errors"
  autoload :ClosedInnerError, "rdkafka/errors"
  autoload :ClosedProducerError, "rdkafka/errors"
  autoload :Config, "rdkafka/config"
  autoload :Consumer, "rdkafka/consumer"
  autoload :ErrorCodes, "rdkafka/error_codes"
  autoload :LibraryLoadError, "rdkafka/errors"
  autoload :Metadata, "rdkafka/metadata"
  autoload :Producer, "rdkafka/producer"
  autoload :RdkafkaError, "rdkafka/rdkafka_error"
  autoload :RdkafkaTopicPartitionListError, "rdkafka/rdkafka_topic_partition_list_error"
end
