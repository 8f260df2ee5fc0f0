//! Ticks of a partition: one rule says when, and it is asked once a poll.

use std::time::{Duration, Instant};

use super::claim::Claim;
use super::overlap::{may_overlap, Job};
use super::{Partition, State};

/// `periodic` of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Periodic {
    /// How long no job of the partition may have been at work before.
    pub interval: Duration,
    /// Also while it is paused.
    pub during_pause: bool,
    /// Also after a failed run, until one succeeds. Retries rest before, so this alone is not enough.
    pub during_retry: bool,
}

/// What is known of a partition when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickFacts {
    /// The partition is still ours.
    pub owned: bool,
    /// A job that no tick may begin beside is at work, or waits for a worker; or one of an earlier
    /// assignment is at work.
    pub busy: bool,
    /// Since the end of the latest job, or since the assignment where there was none.
    pub rested: Duration,
    /// A pause stands.
    pub paused: bool,
    /// Runs made from the current position.
    pub attempt: u32,
}

/// The one rule: whether a partition ticks now.
pub fn is_due(periodic: Periodic, facts: &TickFacts) -> bool {
    facts.owned
        && !facts.busy
        && facts.rested >= periodic.interval
        && (periodic.during_pause || !facts.paused)
        && (periodic.during_retry || facts.attempt == 0)
}

/// What a partition of a periodic topic remembers beside its runs.
#[derive(Debug)]
pub(super) struct Ticks {
    /// Jobs of these kinds that have not ended.
    eofed: usize,
    ticks: usize,
    rests_since: Instant,
    /// A batch came after the ticks that wait for a worker were scheduled.
    overtaken: bool,
}

impl Ticks {
    /// Of a partition that was assigned at `now`.
    pub(super) fn new(now: Instant) -> Self {
        Self { eofed: 0, ticks: 0, rests_since: now, overtaken: false }
    }

    fn count(&mut self, job: Job) -> Option<&mut usize> {
        match job {
            Job::Eofed => Some(&mut self.eofed),
            Job::Tick => Some(&mut self.ticks),
            _ => None,
        }
    }
}

impl State {
    /// A job, or what follows a run, ended.
    pub(super) fn rest(&mut self) {
        if let Some(ticks) = &mut self.ticks {
            ticks.rests_since = Instant::now();
        }
    }

    /// Ticks that have not begun come too late.
    pub(super) fn overtake_ticks(&mut self) {
        if let Some(ticks) = &mut self.ticks {
            ticks.overtaken = true;
        }
    }

    fn is_busy_for_ticks(&self, ticks: &Ticks) -> bool {
        // What follows the run of a long-running job, its dead letter for instance, still holds the partition.
        let at_work = [
            (self.run.open > 0 || self.held, Job::Consume),
            (ticks.eofed > 0, Job::Eofed),
            (ticks.ticks > 0, Job::Tick),
        ];
        at_work.into_iter().any(|(works, job)| works && !may_overlap(Job::Tick, job))
    }
}

impl Partition {
    /// Whether its topic is periodic.
    pub fn is_periodic(&self) -> bool {
        self.features.periodic.is_some()
    }

    /// Whether it ticks at `now`: never, unless its topic is periodic.
    pub fn is_tick_due(&self, now: Instant) -> bool {
        let Some(periodic) = self.features.periodic else { return false };
        let owned = !self.is_revoked();
        let waits = self.claim.as_ref().is_some_and(Claim::must_wait);
        let state = self.state.lock();
        let Some(ticks) = &state.ticks else { return false };
        is_due(
            periodic,
            &TickFacts {
                owned,
                busy: waits || state.is_busy_for_ticks(ticks),
                rested: now.saturating_duration_since(ticks.rests_since),
                paused: state.pause.is_some(),
                attempt: state.attempt,
            },
        )
    }

    /// A job beside the runs was scheduled: an eofed one or a tick. Runs are known by their lanes.
    pub fn begin_job(&self, job: Job) {
        if let Some(ticks) = &mut self.state.lock().ticks {
            ticks.overtaken &= job != Job::Tick;
            if let Some(count) = ticks.count(job) {
                *count += 1;
            }
        }
    }

    /// A worker comes to a tick: false when it is too late for it. The partition may be lost by now, or a
    /// batch of it may have come, while all workers were busy. After true, [`Partition::leave_tick`] follows.
    pub fn enter_tick(&self) -> bool {
        let overtaken = || self.state.lock().ticks.as_ref().is_some_and(|ticks| ticks.overtaken);
        !self.is_revoked() && !overtaken() && self.claim.as_ref().is_none_or(Claim::begin)
    }

    /// The user's code of a tick ended: a later assignment waits for it no longer.
    pub fn leave_tick(&self) {
        self.claim.iter().for_each(Claim::end);
    }

    /// A job that [`Partition::begin_job`] began is over.
    pub fn end_job(&self, job: Job) {
        let mut state = self.state.lock();
        if let Some(count) = state.ticks.as_mut().and_then(|ticks| ticks.count(job)) {
            *count = count.saturating_sub(1);
        }
        state.rest();
    }
}

#[cfg(test)]
#[path = "ticks_tests.rs"]
mod tests;
