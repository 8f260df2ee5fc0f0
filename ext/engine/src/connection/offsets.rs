//! Marks on their way to the broker: stored in librdkafka, then committed.
//!
//! Only lists of *next* offsets are stored (`rd_kafka_offsets_store`); the single-offset call of
//! librdkafka adds one by itself and is never used, so that nobody mixes the two.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka_sys as sys;
use sys::rd_kafka_resp_err_t as code;

use super::{Connection, Inner};
use crate::client::{Gate, PartitionList, PartitionOffset, Queue};
use crate::error::{check, EngineError, KafkaError};
use crate::partition::{Ownership, Partition};

/// How long a call may wait for the broker.
#[derive(Clone, Copy)]
pub struct Patience<'a> {
    /// The longest wait.
    pub timeout: Duration,
    /// Turned true by another thread, it ends the wait as if time were over.
    pub ended: &'a AtomicBool,
}

/// How a blocking commit waits in steps, so that the end of patience is noticed.
const WAIT_STEP: Duration = Duration::from_millis(50);

impl Connection {
    /// Hands waiting marks to librdkafka, which commits them at its `auto.commit.interval.ms`. Marks
    /// below what was stored before are committed explicitly. Cheap without marks.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] if a store fails for another reason than lost ownership.
    pub fn store_marks(&self) -> Result<(), EngineError> {
        self.inner("store")?.store_marks(false).map(drop)
    }

    /// Takes back what was stored of a partition, all of which is committed: librdkafka commits it once more
    /// when the partition goes, whatever a transaction has committed since.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] or [`EngineError::ConsumerClosed`].
    pub fn withdraw_marks(&self, topic: &str, partition: i32) -> Result<(), EngineError> {
        let inner = self.inner("store")?;
        if let Some(state) = inner.known(topic, partition) {
            state.marks_committed();
        }
        // No offset, which is librdkafka's invalid one.
        inner.store(&[PartitionOffset::new(topic, partition)])
    }

    /// Stores waiting marks and commits everything stored of this connection. Without `wait` an
    /// accepted request is all that `true` means.
    ///
    /// Returns false where ownership was lost, or the group is being left; true also when there is nothing
    /// to commit. While the group rebalances, `wait` lasts until it takes commits again.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] for every other failure, a timeout among them: that of `patience`, or the
    /// end of it.
    pub fn commit(&self, wait: bool, patience: Patience) -> Result<bool, EngineError> {
        let inner = self.inner("commit")?;
        if inner.is_lost() {
            return Ok(false);
        }
        let result = if wait { inner.commit_all(patience, Some(&inner.gate)) } else { inner.commit_soon() };
        match result {
            // Only the answer to the last rebalance commits from here on.
            Err(EngineError::ConsumerClosed(_)) => Ok(false),
            Ok(()) => Ok(true),
            Err(EngineError::Kafka(error)) if is_nothing(&error) => Ok(true),
            Err(EngineError::Kafka(error)) if is_ownership(&error) || is_rebalance(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Inner {
    /// Returns the marks that need a commit of their own, after having requested it unless `keep`.
    fn store_marks(&self, keep: bool) -> Result<Vec<PartitionOffset>, EngineError> {
        let (mut marks, mut rewinds, mut taken) = (Vec::new(), Vec::new(), Vec::new());
        for state in self.states() {
            let Some(store) = state.take_store() else { continue };
            let mark = PartitionOffset {
                offset: Some(store.next),
                leader_epoch: store.leader_epoch,
                metadata: store.metadata.clone(),
                ..PartitionOffset::new(state.topic(), state.number())
            };
            if store.rewinds {
                rewinds.push(mark.clone());
            }
            marks.push(mark);
            taken.push((state, store));
        }
        if marks.is_empty() {
            return Ok(rewinds);
        }
        if let Err(error) = self.store(&marks) {
            // Storing twice does no harm; a mark that is forgotten is worked on again.
            taken.into_iter().for_each(|(state, store)| state.give_back(store));
            return Err(error);
        }
        if !keep && !rewinds.is_empty() {
            let list = PartitionList::new(&rewinds)?;
            let _pass = self.gate.enter("commit")?;
            // SAFETY: a live client and list; asynchronous, the list is copied.
            check(unsafe { sys::rd_kafka_commit(self.handle.as_ptr(), list.as_ptr(), 1) }, "committing")?;
        }
        Ok(rewinds)
    }

    fn states(&self) -> Vec<Arc<Partition>> {
        self.partitions.lock().values().filter(|state| state.has_store()).cloned().collect()
    }

    /// A list store succeeds as a whole although single partitions failed: each result is looked at.
    fn store(&self, marks: &[PartitionOffset]) -> Result<(), EngineError> {
        let list = PartitionList::new(marks)?;
        // SAFETY: a live client and list.
        let whole = unsafe { sys::rd_kafka_offsets_store(self.handle.as_ptr(), list.as_ptr()) };
        for mark in list.to_vec() {
            match mark.error {
                Some(error) if is_ownership(&error) => {
                    if let Some(state) = self.known(&mark.topic, mark.partition) {
                        state.revoke(Instant::now());
                    }
                }
                Some(error) => return Err(error.during("storing an offset").into()),
                None => {}
            }
        }
        match whole as i32 {
            0 => Ok(()),
            whole if is_ownership(&KafkaError::of(whole)) => Ok(()),
            whole => Err(KafkaError::of(whole).during("storing offsets").into()),
        }
    }

    pub(super) fn commit_soon(&self) -> Result<(), EngineError> {
        self.store_marks(false)?;
        let _pass = self.gate.enter("commit")?;
        // SAFETY: a live client; null stands for everything stored.
        check(
            unsafe { sys::rd_kafka_commit(self.handle.as_ptr(), std::ptr::null(), 1) },
            "committing offsets",
        )
    }

    /// Stores and commits everything, waiting for the broker. The request goes through `gate`; the
    /// answer to a rebalance needs none, as the group waits for it.
    pub(super) fn commit_all(&self, patience: Patience, gate: Option<&Gate>) -> Result<(), EngineError> {
        let rewinds = self.store_marks(true)?;
        if !rewinds.is_empty() {
            let list = PartitionList::new(&rewinds)?;
            self.commit_once_settled(list.as_ptr(), patience, gate)?;
        }
        match self.commit_once_settled(std::ptr::null(), patience, gate) {
            Err(EngineError::Kafka(error)) if is_nothing(&error) => Ok(()),
            result => result,
        }
    }

    /// A group that hands out partitions takes no commits meanwhile. Ours may well stay with us: who took
    /// the refusal for a loss would leave messages that nobody else works on, and who leaves the group has
    /// no later chance. Only the answer to a rebalance cannot wait, as the group waits for it.
    fn commit_once_settled(
        &self,
        offsets: *const sys::rd_kafka_topic_partition_list_t,
        patience: Patience,
        gate: Option<&Gate>,
    ) -> Result<(), EngineError> {
        let deadline = Instant::now() + patience.timeout;
        loop {
            let timeout = deadline.saturating_duration_since(Instant::now());
            match self.commit_and_wait(offsets, Patience { timeout, ..patience }, gate) {
                Err(EngineError::Kafka(error))
                    if is_rebalance(&error)
                        && gate.is_some()
                        && !self.is_lost()
                        && !patience.ended.load(Ordering::Acquire) =>
                {
                    std::thread::sleep(WAIT_STEP);
                }
                result => return result,
            }
        }
    }

    /// The blocking native commit cannot be interrupted; a queue of its own can be.
    fn commit_and_wait(
        &self,
        offsets: *const sys::rd_kafka_topic_partition_list_t,
        patience: Patience,
        gate: Option<&Gate>,
    ) -> Result<(), EngineError> {
        // SAFETY: a live client; the queue reference is ours.
        let queue = unsafe { Queue::own(sys::rd_kafka_queue_new(self.handle.as_ptr())) }
            .ok_or_else(|| EngineError::Creation("no queue to commit on".to_owned()))?;
        let pass = gate.map(|gate| gate.enter("commit")).transpose()?;
        // SAFETY: client, list (or null) and queue are live; the reply comes as an event.
        let requested = unsafe {
            sys::rd_kafka_commit_queue(
                self.handle.as_ptr(),
                offsets,
                queue.as_ptr(),
                None,
                std::ptr::null_mut(),
            )
        };
        drop(pass);
        check(requested, "committing offsets")?;
        let deadline = Instant::now() + patience.timeout;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            // SAFETY: the event is live while it is read.
            let verdict =
                queue.poll(left.min(WAIT_STEP), |event| unsafe { sys::rd_kafka_event_error(event) });
            match verdict {
                Some(verdict) => return check(verdict, "committing offsets"),
                // Told as librdkafka would: it is one of the codes that a commit is repeated for.
                None if left.is_zero() || patience.ended.load(Ordering::Acquire) => {
                    return check(code::RD_KAFKA_RESP_ERR__TIMED_OUT, "committing offsets")
                }
                None => {}
            }
        }
    }
}

/// Codes that say: not ours any more.
fn is_ownership(error: &KafkaError) -> bool {
    const LOST: [i32; 5] = [
        code::RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST as i32,
        code::RD_KAFKA_RESP_ERR__STATE as i32,
        code::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION as i32,
        code::RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID as i32,
        code::RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION as i32,
    ];
    LOST.contains(&error.code)
}

/// The group hands out partitions at this moment; it may well leave ours with us. librdkafka sends a commit
/// behind its request to join again: once that is answered, the commit is one of a generation that has ended.
fn is_rebalance(error: &KafkaError) -> bool {
    const MOVING: [i32; 2] = [
        code::RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS as i32,
        code::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION as i32,
    ];
    MOVING.contains(&error.code)
}

/// Nothing was stored since the last commit.
fn is_nothing(error: &KafkaError) -> bool {
    error.code == code::RD_KAFKA_RESP_ERR__NO_OFFSET as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_ownership_is_told_from_other_failures() {
        for lost in [
            code::RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST,
            code::RD_KAFKA_RESP_ERR__STATE,
            code::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
            code::RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
        ] {
            assert!(is_ownership(&KafkaError::of(lost as i32)));
        }
        let moving = KafkaError::of(code::RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS as i32);
        assert!(is_rebalance(&moving) && !is_ownership(&moving));
        assert!(is_rebalance(&KafkaError::of(code::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION as i32)));
        let failed = KafkaError::of(code::RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE as i32);
        assert!(!is_ownership(&failed) && !is_nothing(&failed));
        assert!(is_nothing(&KafkaError::of(code::RD_KAFKA_RESP_ERR__NO_OFFSET as i32)));
    }
}
