//! Which offset of a partition may be committed.
//!
//! Two modes. Linear: a mark covers everything before it and may also rewind. Lanes: several consumers
//! work on one partition, and only what is done without a gap counts ([`window`]). Either way the ledger
//! keeps the first unprocessed offset, the mark that waits to be stored, and how far stores went,
//! because librdkafka passes over a stored offset that is not above the last committed one
//! (`rd_kafka_commit` with stored offsets) and such a rewind needs a commit of its own.
//!
//! Pure: no clock, no lock, no I/O. The partition's lock guards it.

mod epochs;
mod window;

use std::collections::BTreeMap;

use epochs::Epochs;
use window::Window;

/// A marked position on its way to the offset store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// The next offset to read: the marked one plus one.
    pub next: i64,
    /// Leader epoch of the marked message (KIP-320).
    pub leader_epoch: Option<i32>,
    /// Text to commit beside the offset.
    pub metadata: Option<Vec<u8>>,
    /// Below what was stored before: librdkafka would pass over it without an explicit commit.
    pub rewinds: bool,
}

/// What became of a mark that ownership allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// A resetting seek happened in this batch: nothing is stored until the next one. Or no message
    /// has such an offset.
    Ignored,
    /// Exactly this was marked last.
    Already,
    /// The position moved, or a lane got on without the position having moved yet.
    Moved,
}

/// Where a mark goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sink {
    /// Into the offset store, to be committed by the consumer.
    Store,
    /// Nowhere: a transaction has committed it.
    Transaction,
}

/// Which text is committed where lanes reported several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MetadataStrategy {
    /// The newest that any lane reported.
    #[default]
    Current,
    /// The one given for exactly the committed offset, else the newest.
    Exact,
}

/// How a topic's offsets are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LedgerMode {
    /// Several lanes work on a batch.
    pub lanes: bool,
    /// Nothing is marked but by the user, so earlier unmarked messages go on blocking.
    pub manual: bool,
    /// Which of several texts is committed.
    pub metadata: MetadataStrategy,
}

/// The offsets of one assignment of one partition.
#[derive(Debug, Default)]
pub struct Ledger {
    mode: LedgerMode,
    next: Option<i64>,
    marked: bool,
    pending: Option<Store>,
    stored: Option<i64>,
    /// What `stored` was before the newest store was taken out.
    stored_before: Option<i64>,
    /// Something was stored and is not known to be committed.
    uncommitted: bool,
    epochs: Epochs,
    window: Window,
    /// Lanes have begun to work here. Until then, as in users' own specs, one consumer has all messages.
    registered: bool,
    /// Text for the next mark that is stored without one of its own.
    waiting_text: Option<Vec<u8>>,
    /// The newest text that a lane reported.
    newest_text: Option<Vec<u8>>,
    /// Texts by the offset they were reported for, above `next`.
    texts: BTreeMap<i64, Vec<u8>>,
}

impl Ledger {
    /// An empty ledger.
    pub fn new(mode: LedgerMode) -> Self {
        Self { mode, ..Self::default() }
    }

    /// The first unprocessed offset; `None` before the first batch and after a resetting seek.
    pub fn next(&self) -> Option<i64> {
        self.next
    }

    /// Whether the position was ever set by a mark, a seek or the user (not by a batch's start).
    pub fn ever_marked(&self) -> bool {
        self.marked
    }

    /// Messages up to `last` came from the log, with the first offset of each leader epoch among them.
    pub fn deliver(&mut self, epochs: &[(i64, i32)], last: i64) {
        self.epochs.deliver(epochs, last);
    }

    /// A run begins at `first`: without a position, this is it; so it is where the log was cut below the
    /// position, as what lanes had done and marked beyond is of messages that are no more.
    pub fn begin(&mut self, first: i64) {
        if self.epochs.take_cut(first) && self.next.is_some_and(|next| first < next) {
            self.pending = None;
            self.next = None;
            self.window.clear();
            self.texts.clear();
        }
        self.next.get_or_insert(first);
        self.stored.get_or_insert(first);
    }

    /// Offsets of a batch that lanes have done already, ascending.
    pub fn done_within(&self, first: i64, last: i64) -> Vec<i64> {
        self.window.done_within(first, last)
    }

    /// Lanes begin to work on their ascending offsets. What of them lies outside of `first..=last` does not
    /// count as worked on: a filter wants it again.
    pub fn register(&mut self, first: i64, last: i64, lanes: &[(u32, Vec<i64>)]) {
        self.registered = true;
        self.window.register(first, last, lanes, self.mode.manual);
        self.materialize(self.window.real(), None, None, Sink::Store);
    }

    /// Whether lanes share the messages out.
    fn in_lanes(&self) -> bool {
        self.mode.lanes && self.registered
    }

    /// Whether a mark covers everything before it, other lanes' earlier messages included: only then may
    /// anybody else commit it. `collapsed`: the run is one lane.
    pub fn is_linear(&self, collapsed: bool) -> bool {
        !self.in_lanes() || (collapsed && self.window.is_one_lane())
    }

    /// Sets the position without storing anything; `None` after a resetting seek, which also forgets what
    /// lanes have done.
    pub fn move_to(&mut self, next: Option<i64>) {
        if next.is_none() {
            self.window.clear();
            self.texts.clear();
        }
        self.next = next;
        self.marked = true;
    }

    /// What marking `offset` would do, without doing it. Needs no ownership.
    pub fn preview(&self, offset: i64) -> Marked {
        match self.next {
            None => Marked::Ignored,
            // No message has one: stored, -1 and -2 would mean the end and the start of the partition.
            Some(_) if offset < 0 => Marked::Ignored,
            // After a seek back that kept the position, a lane may get on where another one was before.
            Some(next) if offset.checked_add(1) == Some(next) && !self.window.is_open(offset) => {
                Marked::Already
            }
            Some(_) => Marked::Moved,
        }
    }

    /// The text that the next mark without one takes along, once it is stored.
    pub fn set_waiting_text(&mut self, text: Option<Vec<u8>>) {
        self.waiting_text = text;
    }

    /// The text that waits for the next mark, taken out.
    pub fn take_waiting_text(&mut self) -> Option<Vec<u8>> {
        self.waiting_text.take()
    }

    /// Whether a mark was stored, or waits for it, since [`Ledger::forget_stored`].
    pub fn has_stored(&self) -> bool {
        self.uncommitted
    }

    /// All that was stored is committed, and what still waits has no right to be.
    pub fn forget_stored(&mut self) {
        self.pending = None;
        self.uncommitted = false;
    }

    /// Marks everything up to and including `offset`, in lanes mode of the lane that works on it. The
    /// caller has tested ownership.
    pub fn mark(
        &mut self,
        offset: i64,
        leader_epoch: Option<i32>,
        metadata: Option<Vec<u8>>,
        sink: Sink,
    ) -> Marked {
        let preview = self.preview(offset);
        if preview != Marked::Moved {
            return preview;
        }
        if self.in_lanes() {
            if let Some(text) = metadata {
                if self.mode.metadata == MetadataStrategy::Exact {
                    self.texts.insert(offset, text.clone());
                }
                self.newest_text = Some(text);
                self.waiting_text = None;
            }
            self.window.mark(offset);
            self.materialize(self.window.real(), Some(offset), leader_epoch, sink);
        } else {
            // A transaction has taken its own along.
            let text = if sink == Sink::Store { self.waiting_text.take() } else { None };
            self.store(offset, leader_epoch, metadata.or(text), sink);
        }
        Marked::Moved
    }

    /// The whole run up to `last` succeeded. The caller has tested ownership.
    pub fn complete(&mut self, last: i64) -> Marked {
        if !self.in_lanes() {
            return self.mark(last, None, None, Sink::Store);
        }
        let preview = self.preview(last);
        if preview == Marked::Moved {
            self.window.complete(last);
            // Also past what filters have taken out at the end of it.
            self.materialize(self.window.real().max(Some(last)), None, None, Sink::Store);
        }
        preview
    }

    /// Filters want everything up to `offset` marked. Never goes back, nor past what a lane has not done.
    /// The caller has tested ownership.
    pub fn pass(&mut self, offset: i64) {
        if self.next.is_none_or(|next| next > offset) {
            return;
        }
        if !self.in_lanes() {
            self.mark(offset, None, None, Sink::Store);
        } else if self.window.pass(offset) {
            self.materialize(self.window.real().max(Some(offset)), None, None, Sink::Store);
        }
    }

    /// Brings the position to what lanes have done without a gap. Never goes back.
    fn materialize(&mut self, real: Option<i64>, marked: Option<i64>, leader_epoch: Option<i32>, sink: Sink) {
        let Some(real) = real else { return };
        if self.next.is_none_or(|next| real < next) {
            return;
        }
        if let Some(text) = self.waiting_text.take() {
            self.newest_text = Some(text);
        }
        let text = self.exact_text(real).or_else(|| self.newest_text.clone());
        // A transaction has committed the marked offset; what others had done beyond it, it has not.
        let sink = if marked == Some(real) { sink } else { Sink::Store };
        // The epoch given is the marked message's own.
        self.store(real, leader_epoch.filter(|_| marked == Some(real)), text, sink);
    }

    /// The text given for exactly `real`. Those up to it are dropped one by one: each is visited once.
    fn exact_text(&mut self, real: i64) -> Option<Vec<u8>> {
        let mut exact = None;
        while let Some(entry) = self.texts.first_entry().filter(|entry| *entry.key() <= real) {
            let (offset, text) = entry.remove_entry();
            exact = (offset == real).then_some(text);
        }
        exact
    }

    fn store(&mut self, offset: i64, leader_epoch: Option<i32>, metadata: Option<Vec<u8>>, sink: Sink) {
        let next = offset.saturating_add(1);
        let rewinds = self.rewinds(next);
        let leader_epoch = leader_epoch.or_else(|| self.epochs.of(offset));
        self.epochs.pass(offset);
        self.uncommitted |= sink == Sink::Store;
        self.pending = match sink {
            Sink::Store => Some(Store { next, leader_epoch, metadata, rewinds }),
            // An older mark that still waits would take the group back behind the transaction.
            Sink::Transaction => None,
        };
        self.next = Some(next);
        self.marked = true;
    }

    /// The mark that waits to be stored, taken out: whoever takes it stores it or gives it back.
    pub fn take_store(&mut self) -> Option<Store> {
        let store = self.pending.take()?;
        self.stored_before = self.stored.replace(store.next);
        Some(store)
    }

    fn rewinds(&self, next: i64) -> bool {
        self.stored.is_some_and(|stored| next < stored)
    }

    /// Puts back a mark that could not be stored, unless a newer one came meanwhile.
    pub fn give_back(&mut self, store: Store) {
        // A rewind that came to nothing has still to be made up for, by whichever mark comes next.
        self.stored = self.stored.max(self.stored_before);
        let next = self.pending.get_or_insert(store).next;
        let rewinds = self.rewinds(next);
        if let Some(pending) = &mut self.pending {
            pending.rewinds |= rewinds;
        }
    }

    /// Whether a mark waits to be stored.
    pub fn has_pending(&self) -> bool {
        self.pending.is_some()
    }
}

#[cfg(test)]
mod lanes_tests;
#[cfg(test)]
mod tests;
