//! Batches that no Ruby code has seen before their worker takes them.

use std::time::Duration;

use super::Jobs;
use crate::batch::Batch;

/// Numbers of such jobs: beyond those that Ruby gives, and small integers there.
const FIRST: u64 = 1 << 61;

/// A batch for who has the seat.
#[derive(Clone)]
pub struct Direct {
    /// The number that stands for the one consumer of the batch.
    pub seat: u64,
    /// What it is to work on.
    pub batch: Batch,
    /// When it was handed over, since the epoch.
    pub at: Duration,
}

impl Jobs {
    /// Adds a batch as a blocking job of its own. A closed queue takes nothing.
    pub fn push_direct(&self, group: &str, direct: Direct) {
        let mut state = self.state.lock();
        if state.closed {
            return;
        }
        let job = FIRST + state.directs;
        state.directs += 1;
        state.direct.insert(job, direct);
        state.add(group, job, true);
        let calls = state.calls_for_ready();
        drop(state);
        calls.make();
    }

    /// What a job of this number has to work on, for the worker that took it; `None` for other jobs.
    pub fn direct(&self, job: u64) -> Option<Direct> {
        if job < FIRST {
            return None;
        }
        self.state.lock().direct.get(&job).cloned()
    }

    /// Those that are queued or at work, by number.
    pub fn directs(&self) -> Vec<(u64, Direct)> {
        let state = self.state.lock();
        state.direct.iter().map(|(job, direct)| (*job, direct.clone())).collect()
    }
}
