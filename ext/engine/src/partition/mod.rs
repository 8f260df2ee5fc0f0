//! The state machine of one assigned partition: one value, one lock.
//!
//! Everything that a partition remembers between polls lives here: ledger, attempts, pause, the user's
//! actions of the current run, the position of the reader, whether it was revoked. Ruby asks and tells.
//! The lock is never held across a native call, a wait, or Ruby. A revoked partition stays revoked; the
//! next assignment makes a new value.

mod backoff;
mod claim;
mod conclusion;
mod decide;
mod filters;
mod overlap;
mod pause;
mod reader;
mod run;
mod ticks;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crate::locks::Mutex;

pub use backoff::Backoff;
pub use claim::{Claim, Place, Term};
pub use decide::{decide, Answer, DeadLetters, Effect, Facts, Features, Outcome, Step};
pub use filters::{FilterAction, Filtered, Wish};
pub use overlap::{may_overlap, Job};
use pause::Pause;
use reader::Reader;
use run::Run;
use ticks::Ticks;
pub use ticks::{is_due, Periodic, TickFacts};

use crate::ledger::{Ledger, Marked, Sink, Store};
use crate::process;

/// Tells whether the group has taken everything away without a rebalance having been served yet.
pub trait Ownership: Send + Sync {
    /// `rd_kafka_assignment_lost`: true from the loss until the next rebalance.
    fn is_lost(&self) -> bool;
}

/// What a mark or a commit answers to user code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Marked, already marked, or ignored after a resetting seek.
    Accepted,
    /// The partition is not ours any more.
    Refused,
}

/// An assigned topic-partition, or one without a connection in users' own specs.
pub struct Partition {
    topic: Arc<str>,
    number: i32,
    features: Features,
    backoff: Backoff,
    revoked: AtomicBool,
    ownership: Option<Weak<dyn Ownership>>,
    /// Its place among the assignments of the partition in this process.
    claim: Option<Claim>,
    /// The process that the assignment belongs to.
    epoch: u32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    run: Run,
    ledger: Ledger,
    /// Runs made from the current position; 0 before the first and after each success.
    attempt: u32,
    pause: Option<Pause>,
    /// The user paused in this run.
    user_paused: bool,
    /// The user sought in this run.
    user_sought: bool,
    /// The newest poll with messages or an end brought the end.
    eof: bool,
    /// Batches that begin at or before it are worked on in one lane.
    collapse_limit: Option<i64>,
    /// A long-running job is at work: no pause is lifted before it ends.
    held: bool,
    /// A mark went through a transaction: none may go through the consumer any more.
    transactional: bool,
    /// What delivers its messages.
    reader: Reader,
    /// Of periodic topics only.
    ticks: Option<Ticks>,
}

impl Partition {
    /// The state of a fresh assignment. Without `ownership` nothing is ever lost.
    pub fn new(
        topic: Arc<str>,
        number: i32,
        features: Features,
        backoff: Backoff,
        ownership: Option<Weak<dyn Ownership>>,
    ) -> Self {
        let ticks = features.periodic.map(|_| Ticks::new(Instant::now()));
        Self {
            topic,
            number,
            features,
            backoff,
            revoked: AtomicBool::new(false),
            ownership,
            claim: None,
            epoch: process::epoch(),
            state: Mutex::new(State { ledger: Ledger::new(features.offsets), ticks, ..State::default() }),
        }
    }

    /// The assignment's claim: it waits for the work of older ones and ends with the next one.
    pub fn under(self, claim: Option<Claim>) -> Self {
        Self { claim, ..self }
    }

    /// The topic's name.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// The partition's number.
    pub fn number(&self) -> i32 {
        self.number
    }

    /// Whether a message of there is one of this partition: only such a one moves its position.
    pub fn covers(&self, topic: &str, number: i32) -> bool {
        self.number == number && &*self.topic == topic
    }

    /// Whether a connection serves it (false in users' own specs).
    pub fn is_attached(&self) -> bool {
        self.ownership.is_some()
    }

    /// Whether it was revoked, was given to another connection of this process, or is lost right now; a loss
    /// that was seen once stays.
    pub fn is_revoked(&self) -> bool {
        if self.revoked.load(Ordering::Acquire) || self.is_foreign() {
            return true;
        }
        let lost = self.claim.as_ref().is_some_and(Claim::is_superseded)
            || match &self.ownership {
                Some(ownership) => ownership.upgrade().is_none_or(|ownership| ownership.is_lost()),
                None => false,
            };
        if lost {
            self.revoke(Instant::now());
        }
        lost
    }

    /// Whether a forked child asks: the assignment stayed with its parent. Asked before the lock, which a
    /// thread of the parent may have held at the fork.
    fn is_foreign(&self) -> bool {
        self.is_attached() && self.epoch != process::epoch()
    }

    /// Ends the assignment: attempts start anew, a pause is lifted, marks are refused from now on.
    pub fn revoke(&self, now: Instant) {
        self.revoked.store(true, Ordering::Release);
        let mut state = self.state.lock();
        state.attempt = 0;
        state.held = false;
        if let Some(pause) = &mut state.pause {
            pause.expire(now);
        }
    }

    /// The partition's end was reached without messages.
    pub fn end_reached(&self) {
        self.state.lock().eof = true;
    }

    /// Whether the newest poll that brought anything brought the end.
    pub fn is_eof(&self) -> bool {
        self.state.lock().eof
    }

    /// Runs made from the current position.
    pub fn attempt(&self) -> u32 {
        self.state.lock().attempt
    }

    /// Marks everything up to `offset`, of its lane where there are lanes. A repeated mark and one after a
    /// resetting seek are accepted without effect, whoever owns the partition; every other mark needs
    /// ownership.
    pub fn mark(&self, offset: i64, leader_epoch: Option<i32>, metadata: Option<Vec<u8>>) -> Verdict {
        self.mark_into(Sink::Store, offset, leader_epoch, metadata)
    }

    /// A transaction has committed this mark: the position moves, the consumer stores nothing.
    pub fn marked_by_transaction(&self, offset: i64) -> Verdict {
        self.mark_into(Sink::Transaction, offset, None, None)
    }

    fn mark_into(
        &self,
        sink: Sink,
        offset: i64,
        leader_epoch: Option<i32>,
        metadata: Option<Vec<u8>>,
    ) -> Verdict {
        if self.is_foreign() {
            return Verdict::Refused;
        }
        let owned = !self.is_revoked();
        let state = &mut *self.state.lock();
        let barred = !owned || (state.transactional && sink == Sink::Store);
        if barred && state.ledger.preview(offset) == Marked::Moved {
            return Verdict::Refused;
        }
        state.ledger.mark(offset, leader_epoch, metadata, sink);
        if self.features.dead_letters.is_some_and(|dead| dead.independent) && state.attempt > 1 {
            // Whoever marks message by message has got past the one that failed.
            state.attempt = 0;
        }
        Verdict::Accepted
    }

    /// Text that the next mark without one takes along, once it is stored.
    pub fn set_waiting_text(&self, text: Option<Vec<u8>>) {
        self.state.lock().ledger.set_waiting_text(text);
    }

    /// A mark is about to go through a transaction: from now on none is stored by the consumer. Lanes are
    /// exempt, as they cannot mark through transactions. True while earlier marks of the consumer may wait
    /// for their commit, which would come after the transaction's and take the group back.
    pub fn marks_by_transaction(&self) -> bool {
        let mut state = self.state.lock();
        state.transactional = !self.features.offsets.lanes;
        state.ledger.has_stored()
    }

    /// Whether a mark covers everything before it, so that a transaction may take its offset along.
    pub fn is_linear(&self) -> bool {
        let state = self.state.lock();
        state.ledger.is_linear(state.run.collapsed)
    }

    /// Every mark of the consumer was committed.
    pub fn marks_committed(&self) {
        self.state.lock().ledger.forget_stored();
    }

    /// Whether marks have to go through transactions.
    pub fn is_transactional(&self) -> bool {
        self.state.lock().transactional
    }

    /// The text that waits for the next mark, for a transaction to take along.
    pub fn take_waiting_text(&self) -> Option<Vec<u8>> {
        self.state.lock().ledger.take_waiting_text()
    }

    /// Whether a mark of `offset` would change nothing.
    pub fn is_marked(&self, offset: i64) -> bool {
        self.state.lock().ledger.preview(offset) != Marked::Moved
    }

    /// The first unprocessed offset.
    pub fn next(&self) -> Option<i64> {
        self.state.lock().ledger.next()
    }

    /// Sets the position that the next retry starts from.
    pub fn move_to(&self, next: Option<i64>) {
        self.state.lock().ledger.move_to(next);
    }

    /// Whether the position was ever set by a mark or a seek.
    pub fn ever_marked(&self) -> bool {
        self.state.lock().ledger.ever_marked()
    }

    /// The mark that waits to be stored.
    pub fn take_store(&self) -> Option<Store> {
        self.state.lock().ledger.take_store()
    }

    /// Whether a mark waits to be stored.
    pub fn has_store(&self) -> bool {
        self.state.lock().ledger.has_pending()
    }

    /// Puts back a mark that could not be stored.
    pub fn give_back(&self, store: Store) {
        self.state.lock().ledger.give_back(store);
    }

    /// Starts a pause; `None` takes the back-off of the current attempt. Returns its length.
    pub fn pause(&self, now: Instant, timeout: Option<Duration>, by_user: bool) -> Duration {
        let mut state = self.state.lock();
        let timeout = timeout.unwrap_or_else(|| self.backoff.after(state.attempt));
        state.pause = Some(Pause::new(now, timeout));
        state.user_paused = by_user;
        // The pause that follows a run takes the place of the hold. One from within the run does not.
        if !by_user && state.run.open == 0 && std::mem::take(&mut state.held) {
            state.rest();
        }
        timeout
    }

    /// Whether a pause stands, expired or not.
    pub fn is_paused(&self) -> bool {
        self.state.lock().pause.is_some()
    }

    /// Whether the user's own pause of this run stands.
    pub fn is_user_paused(&self) -> bool {
        let state = self.state.lock();
        state.user_paused && state.pause.is_some()
    }

    /// Expires the pause's timer; nothing without a pause.
    pub fn expire_pause(&self, now: Instant) {
        if let Some(pause) = &mut self.state.lock().pause {
            pause.expire(now);
        }
    }

    /// When the pause may be lifted; `None` without a pause, and while a job holds the partition.
    pub fn pause_end(&self) -> Option<Instant> {
        let state = self.state.lock();
        state.pause.filter(|_| !state.held).map(|pause| pause.end())
    }

    /// Ends the pause if its time is over; true exactly once a pause.
    pub fn lift_pause(&self, now: Instant) -> bool {
        let mut state = self.state.lock();
        let over = !state.held && state.pause.is_some_and(|pause| pause.is_over(now));
        if over {
            state.pause = None;
            state.user_paused = false;
        }
        over
    }

    /// Remembers that the user sought in this run.
    pub fn user_sought(&self) {
        self.state.lock().user_sought = true;
    }

    /// Whether the user sought in this run.
    pub fn has_user_sought(&self) -> bool {
        self.state.lock().user_sought
    }
}

#[cfg(test)]
mod claim_tests;
#[cfg(test)]
mod filtered_tests;
#[cfg(test)]
mod lanes_tests;
#[cfg(test)]
mod tests;
