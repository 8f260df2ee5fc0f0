//! The transactional calls of the first client.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka_sys as sys;

use super::Producer;
use crate::client::{Handle, PartitionList};
use crate::error::{EngineError, KafkaError};

/// How long one uninterrupted piece of `init` is; it may be resumed after each.
const SLICE: Duration = Duration::from_millis(200);

/// The consumer group on whose behalf offsets are sent: owned, freed on every path.
pub struct GroupMetadata(NonNull<sys::rd_kafka_consumer_group_metadata_t>);

// SAFETY: plain memory without thread affinity, never written after it was made.
unsafe impl Send for GroupMetadata {}
// SAFETY: as above.
unsafe impl Sync for GroupMetadata {}

impl GroupMetadata {
    /// What the group of a consumer is at this moment; `None` without a group.
    pub fn of(consumer: &Handle) -> Option<Self> {
        // SAFETY: a live client; the answer is ours.
        NonNull::new(unsafe { sys::rd_kafka_consumer_group_metadata(consumer.as_ptr()) }).map(Self)
    }
}

impl Drop for GroupMetadata {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { sys::rd_kafka_consumer_group_metadata_destroy(self.0.as_ptr()) };
    }
}

impl Producer {
    /// Registers the `transactional.id`, fencing older instances. Waits up to `timeout` (`None`:
    /// librdkafka's own limit), or until `cancelled` is set.
    ///
    /// # Errors
    /// [`EngineError::Kafka`]; `timed_out` is retryable.
    pub fn init_transactions(
        &self,
        timeout: Option<Duration>,
        cancelled: &AtomicBool,
    ) -> Result<(), EngineError> {
        let link = self.main("init_transactions")?;
        let limit = timeout.unwrap_or_else(|| self.transaction_limit());
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now()).min(SLICE);
            // SAFETY: a live client; the error is ours.
            let failure = unsafe {
                KafkaError::take(sys::rd_kafka_init_transactions(link.handle.as_ptr(), millis(left)))
            };
            match failure {
                None => return Ok(()),
                // The end of a slice tells the last obstacle, such as the transaction that a killed
                // instance left behind and the broker is still aborting.
                Some(error)
                    if error.retryable && Instant::now() < deadline && !cancelled.load(Ordering::Relaxed) => {
                }
                Some(error) => return Err(link.handle.resolve_fatal(error).into()),
            }
        }
    }

    /// Twice `transaction.timeout.ms`, which is where librdkafka caps an endless wait.
    fn transaction_limit(&self) -> Duration {
        let configured = self.setting("transaction.timeout.ms").and_then(|value| value.parse().ok());
        Duration::from_millis(configured.unwrap_or(60_000) * 2)
    }

    /// # Errors
    /// [`EngineError::Kafka`].
    pub fn begin_transaction(&self) -> Result<(), EngineError> {
        let link = self.main("begin_transaction")?;
        // SAFETY: a live client; the error is ours.
        let failure = unsafe { KafkaError::take(sys::rd_kafka_begin_transaction(link.handle.as_ptr())) };
        Self::answer(&link.handle, failure)
    }

    /// Flushes and commits; a poller must drain the queue meanwhile. `None` waits as long as
    /// librdkafka allows.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] with its fatal, retryable and abortable flags.
    pub fn commit_transaction(&self, timeout: Option<Duration>) -> Result<(), EngineError> {
        let link = self.main("commit_transaction")?;
        // SAFETY: a live client; the error is ours.
        let failure = unsafe {
            KafkaError::take(sys::rd_kafka_commit_transaction(link.handle.as_ptr(), optional(timeout)))
        };
        Self::answer(&link.handle, failure)
    }

    /// Purges what is unsent and aborts; a poller must drain the queue meanwhile.
    ///
    /// # Errors
    /// As [`Producer::commit_transaction`].
    pub fn abort_transaction(&self, timeout: Option<Duration>) -> Result<(), EngineError> {
        let link = self.main("abort_transaction")?;
        // SAFETY: a live client; the error is ours.
        let failure = unsafe {
            KafkaError::take(sys::rd_kafka_abort_transaction(link.handle.as_ptr(), optional(timeout)))
        };
        Self::answer(&link.handle, failure)
    }

    /// Makes offsets part of the transaction.
    ///
    /// # Errors
    /// As [`Producer::commit_transaction`].
    pub fn send_offsets(
        &self,
        offsets: &PartitionList,
        group: &GroupMetadata,
        timeout: Option<Duration>,
    ) -> Result<(), EngineError> {
        let link = self.main("send_offsets_to_transaction")?;
        // SAFETY: live client, list and metadata; the error is ours.
        let failure = unsafe {
            KafkaError::take(sys::rd_kafka_send_offsets_to_transaction(
                link.handle.as_ptr(),
                offsets.as_ptr(),
                group.0.as_ptr(),
                optional(timeout),
            ))
        };
        Self::answer(&link.handle, failure)
    }

    fn answer(handle: &Handle, failure: Option<KafkaError>) -> Result<(), EngineError> {
        failure.map_or(Ok(()), |error| Err(handle.resolve_fatal(error).into()))
    }
}

fn millis(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX)
}

fn optional(timeout: Option<Duration>) -> i32 {
    timeout.map_or(-1, millis)
}
