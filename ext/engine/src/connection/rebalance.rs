//! Rebalances: the callback only copies; the answer follows outside of it, after the Ruby pre-hooks.

use std::collections::VecDeque;
use std::os::raw::c_void;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::Instant;

use crate::locks::Mutex;
use rdkafka_sys as sys;

use super::{Connection, Inner, Patience};
use crate::client::{PartitionList, PartitionOffset, Queue};
use crate::error::{check, error_description, EngineError, KafkaError};
use crate::partition::{Ownership, Term};

/// What the group asks of this member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RebalanceKind {
    /// Take partitions: all of them, or with a cooperative protocol more of them.
    Assign,
    /// Give partitions away: all of them, or with a cooperative protocol some.
    Revoke,
}

/// A rebalance that waits for its answer; the whole group waits with it.
#[derive(Debug, Clone)]
pub struct Rebalance {
    /// What is asked.
    pub kind: RebalanceKind,
    /// The partitions concerned.
    pub partitions: Vec<PartitionOffset>,
    /// The group has already given them to others: nothing can be committed any more.
    pub lost: bool,
    /// Its place among all that the process was handed out.
    pub(super) term: Term,
    /// What went wrong, where the rebalance itself failed; everything is given away then.
    pub error: Option<KafkaError>,
}

/// What the callback sees. Written on the polling thread, read there as well.
#[derive(Default)]
pub(super) struct Shared {
    pending: Mutex<VecDeque<Rebalance>>,
    queue: AtomicPtr<sys::rd_kafka_queue_t>,
}

impl Shared {
    /// Registers the callback. The box that holds `self` must outlive the client.
    pub(super) fn register(&self, configuration: *mut sys::rd_kafka_conf_t) {
        // SAFETY: a live configuration; the opaque pointer outlives the client by `Inner`'s drop order.
        unsafe {
            sys::rd_kafka_conf_set_opaque(configuration, std::ptr::from_ref(self).cast_mut().cast());
            sys::rd_kafka_conf_set_rebalance_cb(configuration, Some(copy_rebalance));
        }
    }

    /// Names the queue that is polled, so that a rebalance can end the poll.
    pub(super) fn wakes(&self, queue: &Queue) {
        self.queue.store(queue.as_ptr(), Ordering::Release);
    }

    pub(super) fn is_pending(&self) -> bool {
        !self.pending.lock().is_empty()
    }
}

/// librdkafka's batch call does not return on a rebalance by itself: the yield makes it.
unsafe extern "C" fn copy_rebalance(
    client: *mut sys::rd_kafka_t,
    code: sys::rd_kafka_resp_err_t,
    partitions: *mut sys::rd_kafka_topic_partition_list_t,
    opaque: *mut c_void,
) {
    use sys::rd_kafka_resp_err_t::{
        RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS as ASSIGN, RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS as REVOKE,
    };
    // SAFETY: `register` set the opaque to a `Shared` that outlives the client; the list lives through
    // this callback and is copied; the queue belongs to the same client.
    unsafe {
        let shared = &*opaque.cast::<Shared>();
        let lost = sys::rd_kafka_assignment_lost(client) != 0;
        shared.pending.lock().push_back(Rebalance {
            kind: if code == ASSIGN { RebalanceKind::Assign } else { RebalanceKind::Revoke },
            partitions: PartitionList::read(partitions),
            lost,
            // Taken here, as subscribers may keep the answer waiting. What was lost before it was even seen is
            // older than whatever another connection was given since.
            term: if lost { Term::default() } else { Term::next() },
            error: (code != ASSIGN && code != REVOKE).then(|| KafkaError {
                broker_message: Some(error_description(code as i32)),
                ..KafkaError::of(code as i32)
            }),
        });
        let queue = shared.queue.load(Ordering::Acquire);
        if !queue.is_null() {
            sys::rd_kafka_queue_yield(queue);
        }
    }
}

impl Connection {
    /// The oldest rebalance that waits for an answer. Until [`Connection::answer`] the group waits.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`].
    pub fn rebalance(&self) -> Result<Option<Rebalance>, EngineError> {
        let inner = self.inner("rebalance")?;
        let oldest = inner.shared.pending.lock().pop_front();
        Ok(oldest.map(|mut rebalance| {
            if rebalance.error.is_some() {
                rebalance.partitions.clone_from(&inner.assigned.lock());
            }
            rebalance
        }))
    }

    /// Gives partitions away or takes them. Before giving away, marks are stored and committed (for up
    /// to `patience`) unless the group has already taken them; their states turn revoked.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] if librdkafka refuses the answer. A failed commit is returned only after
    /// the answer was given, so that the group never waits for it.
    pub fn answer(&self, rebalance: &Rebalance, patience: Patience) -> Result<(), EngineError> {
        let inner = self.inner("answer")?;
        // Nobody serves an answer once the group was left.
        // SAFETY: a live client.
        if unsafe { sys::rd_kafka_consumer_closed(inner.handle.as_ptr()) } != 0 {
            return Err(EngineError::ConsumerClosed("answer"));
        }
        match rebalance.kind {
            RebalanceKind::Assign => {
                inner.assign(&rebalance.partitions)?;
                inner.begin_takeover(&rebalance.partitions);
                inner.claim(&rebalance.partitions, rebalance.term);
                Ok(())
            }
            RebalanceKind::Revoke => {
                let committed =
                    if rebalance.lost || inner.is_lost() { Ok(()) } else { inner.commit_all(patience, None) };
                let paused = inner.forget(&rebalance.partitions);
                inner.unassign(rebalance)?;
                inner.resume_all(&paused)?;
                committed
            }
        }
    }
}

impl Inner {
    fn is_cooperative(&self) -> bool {
        // SAFETY: a live client; a static string, or null before the protocol is known.
        let protocol = crate::error::text(unsafe { sys::rd_kafka_rebalance_protocol(self.handle.as_ptr()) });
        protocol.as_deref() == Some("COOPERATIVE")
    }

    fn assign(&self, partitions: &[PartitionOffset]) -> Result<(), EngineError> {
        let list = PartitionList::new(partitions)?;
        if self.is_cooperative() {
            // SAFETY: a live client and list; the returned error is ours.
            let error = unsafe {
                KafkaError::take(sys::rd_kafka_incremental_assign(self.handle.as_ptr(), list.as_ptr()))
            };
            if let Some(error) = error {
                return Err(error.during("assigning partitions").into());
            }
            self.assigned.lock().extend_from_slice(partitions);
        } else {
            // SAFETY: a live client and list.
            let code = unsafe { sys::rd_kafka_assign(self.handle.as_ptr(), list.as_ptr()) };
            check(code, "assigning partitions")?;
            *self.assigned.lock() = partitions.to_vec();
        }
        Ok(())
    }

    fn unassign(&self, rebalance: &Rebalance) -> Result<(), EngineError> {
        if self.is_cooperative() && rebalance.error.is_none() {
            let list = PartitionList::new(&rebalance.partitions)?;
            // SAFETY: a live client and list; the returned error is ours.
            let error = unsafe {
                KafkaError::take(sys::rd_kafka_incremental_unassign(self.handle.as_ptr(), list.as_ptr()))
            };
            return error.map_or(Ok(()), |error| Err(error.during("giving partitions away").into()));
        }
        // SAFETY: a live client; null gives everything away.
        check(unsafe { sys::rd_kafka_assign(self.handle.as_ptr(), null_mut()) }, "giving partitions away")
    }

    /// States turn revoked, fetched messages and positions go. Returns those that were paused; twice is no harm.
    fn forget(&self, revoked: &[PartitionOffset]) -> Vec<PartitionOffset> {
        let (now, mut paused) = (Instant::now(), Vec::new());
        for gone in revoked {
            if self.aside.forget(&gone.topic, gone.partition) {
                paused.push(PartitionOffset::new(gone.topic.as_str(), gone.partition));
            }
            let state = self.partitions.lock().remove(&(gone.topic.as_str().into(), gone.partition));
            if let Some(state) = state {
                state.revoke(now);
                if state.lift_pause(now) {
                    paused.push(PartitionOffset::new(gone.topic.as_str(), gone.partition));
                    self.given_away_paused.lock().push(state);
                }
            }
            self.fill.lock().forget(&gone.topic, gone.partition);
            self.end_takeover(&gone.topic, gone.partition);
            self.disclaim(&gone.topic, gone.partition);
        }
        self.assigned.lock().retain(|kept| {
            !revoked.iter().any(|gone| gone.partition == kept.partition && gone.topic == kept.topic)
        });
        paused
    }

    /// librdkafka keeps an application's pause over assignments: a partition that comes back would
    /// never fetch again.
    fn resume_all(&self, paused: &[PartitionOffset]) -> Result<(), EngineError> {
        if paused.is_empty() {
            return Ok(());
        }
        let list = PartitionList::new(paused)?;
        // SAFETY: a live client and list.
        let code = unsafe { sys::rd_kafka_resume_partitions(self.handle.as_ptr(), list.as_ptr()) };
        check(code, "resuming what was given away")
    }
}
