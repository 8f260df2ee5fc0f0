//! Batches that go from a poll straight to a worker.
//!
//! A listener's turn is mostly the same: poll, begin a batch, hand it to a worker, wait for it, store marks.
//! Where nobody listens to that, Ruby's part of it is only work. Such turns are made here, without Ruby's
//! lock. Whatever else there is (a rebalance, an end, an error, an event, a partition that rests, somebody who
//! listens) is left to the listener, as if the poll had just brought it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{Connection, Inner, PollLimits};
use crate::error::EngineError;
use crate::jobs::{Direct, Jobs, Waited};
use crate::partition::{Ownership, Partition};

/// Where batches may go, and until when.
pub struct Shortcut<'a> {
    /// The workers' queue.
    pub jobs: &'a Jobs,
    /// The subscription group, as the queue knows it.
    pub group: &'a str,
    /// On while somebody listens to what a listener does.
    pub heard: &'a AtomicBool,
    /// Turned on by another thread, together with a wake of connection and queue, it ends a wait.
    pub interrupted: &'a AtomicBool,
}

/// The listener's own turn comes at least as often, and a job that lasts longer is waited for there.
const STRETCH: Duration = Duration::from_secs(1);

impl Connection {
    /// As [`Connection::gather`], past the listener as long as nothing calls for it. What it leaves is for
    /// [`Connection::hand_over`]; jobs may still be at work then.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`], and as [`Connection::store_marks`].
    pub fn gather_past_listener(&self, limits: PollLimits, way: &Shortcut) -> Result<(), EngineError> {
        let until = Instant::now() + STRETCH;
        loop {
            let Some(seated) = self.inner("poll")?.fill_for_one(limits, way) else { return Ok(()) };
            for batch in self.hand_over()?.batches {
                let (Some(first), Some(last)) = (batch.first_offset(), batch.last_offset()) else { continue };
                // False only where a later assignment has begun meanwhile: nothing of this one counts any more.
                if seated.begin_batch(first, last, false) {
                    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                    way.jobs.defer();
                    way.jobs.push_direct(way.group, Direct { seat: seated.seat(), batch, at });
                }
            }
            if way.jobs.wait(way.group, STRETCH, way.interrupted) == Waited::Busy {
                return Ok(());
            }
            self.store_marks()?;
            if Instant::now() >= until || self.inner("poll")?.wants_listener() {
                return Ok(());
            }
        }
    }
}

impl Inner {
    /// The partition that everything gathered belongs to, where its batch may go straight to its worker.
    fn fill_for_one(&self, limits: PollLimits, way: &Shortcut) -> Option<Arc<Partition>> {
        let woken = self.gather(limits);
        let fill = self.fill.lock();
        if woken || way.heard.load(Ordering::Relaxed) || self.shared.is_pending() {
            return None;
        }
        let mut places = fill.only_batches()?;
        let (topic, partition) = places.next()?;
        let state = self.known(topic, partition)?;
        let alone = places.next().is_none();
        drop(places);
        drop(fill);
        (alone && state.seat() != 0 && !state.must_wait()).then_some(state)
    }

    /// Whether something besides messages waits, or a partition rests.
    fn wants_listener(&self) -> bool {
        !self.handle.main_queue().is_empty()
            || self.is_lost()
            || self.partitions.lock().values().any(|state| state.pause_end().is_some())
    }
}
