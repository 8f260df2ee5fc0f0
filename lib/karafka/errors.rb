# frozen_string_literal: true

module Karafka
  # Everything the framework raises by itself. Errors of the native client are
  # `Rdkafka::RdkafkaError`, those of producers live under `WaterDrop::Errors`.
  module Errors
    # Rescues all of them.
    class BaseError < StandardError; end

    # A message came for a topic that no route knows.
    class NonMatchingRouteError < BaseError; end

    # A contract refused settings, routes or flags. The message is the inspected Hash of
    # dotted path => text.
    class InvalidConfigurationError < BaseError; end

    # The boot file (`karafka.rb`) is not where it should be.
    class MissingBootFileError < BaseError
      # @param boot_file_path [Pathname, String]
      def initialize(boot_file_path)
        super(
          "Boot file not found: #{boot_file_path}. Set KARAFKA_BOOT_FILE if it is elsewhere, " \
          "or run `karafka install` to create one."
        )
      end

      # Where the file was looked for is all there is to know.
      def backtrace
        []
      end
    end

    # Raised by nobody; reported when the graceful shutdown ran out of time.
    class ForcefulShutdownError < BaseError; end

    # A job was added twice or finished without having been added.
    class JobsQueueSynchronizationError < BaseError; end

    # No topic of this name.
    class TopicNotFoundError < BaseError; end

    # No consumer group of this name.
    class ConsumerGroupNotFoundError < BaseError; end

    # A value that the code does not know: a defect, or a value outside the documented ones.
    class UnsupportedCaseError < BaseError; end

    # Kept for code that rescues it: licences are accepted unread.
    class InvalidLicenseTokenError < BaseError; end

    # Kept for code that rescues it: licences are accepted unread.
    class ExpiredLicenseTokenError < BaseError; end

    # The payload was given back by `clean!`.
    class MessageClearedError < BaseError; end

    # Coordination of a partition contradicts itself.
    class InvalidCoordinatorStateError < BaseError; end

    # No strategy for this combination of features.
    class StrategyNotFoundError < BaseError; end

    # An offset was to be computed from nothing.
    class InvalidRealOffsetUsageError < BaseError; end

    # The broker found no offset for a time.
    class InvalidTimeBasedOffsetError < BaseError; end

    # The broker acknowledged a change that did not become visible in time.
    class ResultNotVisibleError < BaseError; end

    # The command line knows no such command or action.
    class UnrecognizedCommandError < BaseError
      # The name says it all, the stack is ours.
      def backtrace
        []
      end
    end

    # A command of the Web UI or of another node was refused.
    class CommandValidationError < BaseError; end

    # Called outside of a transaction.
    class TransactionRequiredError < BaseError; end

    # Transactions do not nest.
    class TransactionAlreadyInitializedError < BaseError; end

    # Marking through a transactional producer without a transaction.
    class NonTransactionalMarkingAttemptError < BaseError; end

    # A listener that does not wait was to be resumed.
    class InvalidListenerResumeError < BaseError; end

    # A listener that does not run was to be paused.
    class InvalidListenerPauseError < BaseError; end

    # The partition belongs to another process by now.
    class AssignmentLostError < BaseError; end

    # Libraries that do not go together.
    class DependencyConstraintsError < BaseError; end

    # An option that this topic or client cannot take.
    class UnsupportedOptionError < BaseError; end
  end
end
