//! Random histories of one partition in lanes, against a slow and obvious model.
//!
//! A history fetches batches of a log with gaps, shares them out to lanes, marks in any order, fails and
//! fetches again (more or less than before), collapses, pauses, seeks, flushes and loses the partition. Filters
//! take messages out, cut batches off at a cursor, go on there or behind the batch, and want marks. What
//! must hold after each step: every message below the stored offset was processed, the position goes back
//! by a seek only, and what a refetch leaves out was done.
//!
//! CI runs 10,000 histories. The nightly target runs 1,000,000:
//! `LEDGER_HISTORIES=1000000 cargo test --release -p karafka-engine --test ledger_model`. `LEDGER_SEED` is the
//! first seed; a failure names its own.

mod filtered;
mod model;

use std::collections::{BTreeMap, BTreeSet};

use karafka_engine::ledger::{Ledger, LedgerMode, Marked, MetadataStrategy, Sink};

use model::{Dice, Model};

struct History {
    dice: Dice,
    mode: LedgerMode,
    log: Vec<i64>,
    ledger: Ledger,
    model: Model,
    /// Marked, completed, filtered, or given up by the user's own pause or seek.
    processed: BTreeSet<i64>,
    /// Reading began here, or was set here by a seek.
    start: i64,
    position: i64,
    /// The position before the newest step.
    before: Option<i64>,
    /// What waits to be stored.
    pending: Option<i64>,
    /// The text that goes with it.
    text: Option<Vec<u8>>,
    committed: Option<i64>,
    /// Where stores stand: a lower one is a rewind.
    stored: Option<i64>,
    collapse_limit: Option<i64>,
    /// The lowest cursor that filters showed in this batch.
    cut: Option<i64>,
    /// The user went back and kept the position, or a message that blocks went from the log: older parts of
    /// lanes come again in pieces, and may lag until their lane gets on.
    in_pieces: bool,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let mut offset = dice.below(5) as i64;
        let log: Vec<i64> = (0..20 + dice.below(40))
            .map(|_| {
                offset += if dice.one_in(4) { 1 + dice.below(4) as i64 } else { 1 };
                offset
            })
            .collect();
        let metadata = if dice.one_in(2) { MetadataStrategy::Current } else { MetadataStrategy::Exact };
        let mode = LedgerMode { lanes: true, manual: dice.one_in(2), metadata };
        let start = log[0];
        Self {
            dice,
            mode,
            log,
            ledger: Ledger::new(mode),
            model: Model::default(),
            processed: BTreeSet::new(),
            start,
            position: start,
            before: None,
            pending: None,
            text: None,
            committed: None,
            stored: None,
            collapse_limit: None,
            cut: None,
            in_pieces: false,
        }
    }

    fn run(&mut self) {
        for _ in 0..4 + self.dice.below(12) {
            let size = 1 + self.dice.below(12);
            let position = self.position;
            let batch: Vec<i64> =
                self.log.iter().copied().filter(|offset| *offset >= position).take(size).collect();
            if batch.is_empty() {
                self.seek(true);
                continue;
            }
            self.begin(&batch);
            let lanes = self.share_out(&batch);
            let sought = self.work(&batch, &lanes);
            self.end(&batch, sought);
        }
        self.catch_up();
    }

    fn begin(&mut self, batch: &[i64]) {
        if self.ledger.next().is_none() {
            self.start = batch[0];
        }
        self.ledger.begin(batch[0]);
        self.stored.get_or_insert(batch[0]);
        self.before = self.ledger.next();
        self.collapse_limit = self.collapse_limit.filter(|limit| batch[0] <= *limit);
    }

    /// Leaves out what was done or is filtered, and registers the rest.
    fn share_out(&mut self, batch: &[i64]) -> Vec<(u32, Vec<i64>)> {
        let last = batch[batch.len() - 1];
        let left_out = self.ledger.done_within(batch[0], last);
        let real = self.model.real().unwrap_or(-1);
        let done: Vec<i64> =
            self.model.done.range(batch[0]..=last).copied().filter(|offset| *offset > real).collect();
        if self.mode.manual {
            // Older parts of a lane are kept as their bounds: some of it is worked on twice, none is lost.
            assert!(left_out.iter().all(|offset| self.processed.contains(offset)), "left out, not done");
            self.model.done.retain(|offset| *offset < batch[0] || *offset > last);
            self.model.done.extend(&left_out);
        } else {
            assert_eq!(left_out, done, "a refetch leaves out exactly what was done");
        }
        self.cut = self.dice.one_in(4).then(|| batch[self.dice.below(batch.len())]);
        let end = self.cut.map_or(last, |cut| cut - 1);
        let count = 1 + self.dice.below(4);
        let mut lanes: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
        for offset in batch.iter().copied().filter(|offset| left_out.binary_search(offset).is_err()) {
            if offset > end && !self.dice.one_in(10) {
                // Taken out by the filter that cut here; it may have left some, which come again too.
            } else if self.dice.one_in(20) && offset <= end {
                self.processed.insert(offset);
            } else {
                let lane = if self.collapse_limit.is_some() { 0 } else { self.dice.below(count) };
                lanes.entry(lane as u32).or_default().push(offset);
            }
        }
        let lanes: Vec<(u32, Vec<i64>)> = lanes.into_iter().collect();
        self.ledger.register(batch[0], end, &lanes);
        self.model.register(batch[0], end, &lanes, self.mode.manual);
        self.check(None);
        lanes
    }

    /// The user's code. True when it sought with a reset.
    fn work(&mut self, batch: &[i64], lanes: &[(u32, Vec<i64>)]) -> bool {
        let delivered: Vec<i64> = lanes.iter().flat_map(|(_, offsets)| offsets.iter().copied()).collect();
        for _ in 0..self.dice.below(2 * batch.len() + 1) {
            match self.dice.below(24) {
                0 => self.flush(),
                1 => {
                    let meanwhile = delivered.get(self.dice.below(2 * delivered.len() + 1)).copied();
                    self.fail_to_flush(meanwhile);
                }
                2 => {
                    // A message of another batch, or none at all.
                    let offset = self.log[self.dice.below(self.log.len())] + self.dice.below(2) as i64;
                    self.mark(offset, Sink::Store);
                }
                3 if self.dice.one_in(8) => {
                    self.seek(true);
                    return true;
                }
                4 if self.dice.one_in(4) => self.wait_text(),
                _ if !delivered.is_empty() => {
                    let offset = delivered[self.dice.below(delivered.len())];
                    let linear = self.collapse_limit.is_some() && !self.mode.manual;
                    let by_transaction = linear && self.dice.one_in(6);
                    self.mark(offset, if by_transaction { Sink::Transaction } else { Sink::Store });
                }
                _ => {}
            }
        }
        false
    }

    fn mark(&mut self, offset: i64, sink: Sink) {
        let text = self.dice.one_in(3).then(|| self.dice.next().to_string().into_bytes());
        let marked = self.ledger.mark(offset, Some(3), text.clone(), sink);
        if self.before.is_none() {
            return assert_eq!(marked, Marked::Ignored, "a seek has reset the position");
        }
        if marked == Marked::Moved {
            let covered = self.model.mark(offset);
            self.processed.extend(covered);
            if let Some(text) = text {
                self.model.texts.insert(offset, text.clone());
                self.model.newest_text = Some(text);
            }
        }
        self.check((sink == Sink::Transaction).then_some(offset));
    }

    fn wait_text(&mut self) {
        // Nothing else may be newer: used by the mark that comes next and moves the position.
        let text = self.dice.next().to_string().into_bytes();
        self.ledger.set_waiting_text(Some(text.clone()));
        let open: Vec<i64> =
            self.model.window.iter().filter(|(_, lane)| lane.is_some()).map(|(o, _)| *o).collect();
        let before = self.ledger.next();
        let Some(offset) = open.first().copied().filter(|_| before.is_some()) else {
            return self.ledger.set_waiting_text(None);
        };
        if self.ledger.mark(offset, None, None, Sink::Store) == Marked::Moved {
            let covered = self.model.mark(offset);
            self.processed.extend(covered);
        }
        if self.ledger.next() > before {
            self.model.newest_text = Some(text);
        }
        self.ledger.set_waiting_text(None);
        self.check(None);
    }

    /// After every step: never ahead of the work, never back, and as far as the model.
    fn check(&mut self, by_transaction: Option<i64>) {
        let next = self.ledger.next();
        assert!(next >= self.before, "only a seek goes back: {:?} to {next:?}", self.before);
        let Some(below) = next else { return };
        let passed = self
            .log
            .iter()
            .find(|offset| (self.start..below).contains(*offset) && !self.processed.contains(offset));
        assert_eq!(passed, None, "unprocessed below {below}");
        if self.mode.manual {
            let open = self.before.max(self.model.open());
            assert!(next <= open, "{next:?} leads {open:?}");
        } else {
            let wanted = self.before.max(self.model.real().map(|real| real + 1));
            assert_eq!(next, wanted, "as far as everything is done");
        }
        if next > self.before {
            let beyond = by_transaction.is_none_or(|offset| offset + 1 < below);
            self.pending = beyond.then_some(below);
            self.text = self.model.text_of(below - 1, self.mode.metadata);
        }
        self.before = next;
    }

    fn flush(&mut self) {
        let store = self.ledger.take_store();
        assert_eq!(
            store.as_ref().map(|store| store.next),
            self.pending.take(),
            "the newest position is stored"
        );
        let Some(store) = store else { return };
        assert!(store.rewinds || Some(store.next) >= self.stored, "a rewind needs a commit of its own");
        self.stored = Some(store.next);
        self.committed = Some(store.next);
        assert_eq!(store.metadata, self.text, "{:?}", self.mode);
    }

    /// A store fails, perhaps after another mark has come.
    fn fail_to_flush(&mut self, meanwhile: Option<i64>) {
        let Some(store) = self.ledger.take_store() else { return assert_eq!(self.pending, None) };
        let waiting = self.pending.take();
        if let Some(offset) = meanwhile {
            self.mark(offset, Sink::Store);
        }
        self.ledger.give_back(store);
        self.pending = self.pending.or(waiting);
    }

    fn seek(&mut self, reset: bool) {
        let target = self.log[self.dice.below(self.log.len())];
        if reset {
            self.ledger.move_to(None);
            self.model = Model { newest_text: self.model.newest_text.take(), ..Model::default() };
            self.before = None;
        } else {
            self.in_pieces |= target < self.position;
            // What the user jumps over is his own affair.
            let skipped = self.log.iter().filter(|offset| **offset < target);
            self.processed.extend(skipped);
        }
        self.position = target;
    }

    fn end(&mut self, batch: &[i64], sought: bool) {
        let last = batch[batch.len() - 1];
        match self.dice.below(10) {
            0..=3 => {
                // The run failed; reading goes on at the first unprocessed offset, or where a seek went.
                self.collapse_limit = self.collapse_limit.max(Some(last));
                self.position = self.ledger.next().unwrap_or(self.position);
            }
            4 => self.revoke(),
            5 if !sought => {
                // The user paused: nothing is marked for him, and he goes on behind the batch.
                self.position = last + 1;
                self.drop_from_cut(batch);
                if !self.mode.manual {
                    self.processed.extend(batch);
                }
            }
            6 if !sought => {
                self.succeed(batch);
                self.seek(false);
            }
            _ => self.succeed(batch),
        }
        if self.dice.one_in(10) {
            self.collapse_limit = self.collapse_limit.max(Some(last + self.dice.below(10) as i64));
        }
        if self.dice.one_in(15) && self.log.len() > 1 {
            let compacted = self.dice.below(self.log.len());
            self.log.remove(compacted);
            self.in_pieces = true;
        }
    }

    /// The run is marked, then what filters want; reading goes on at their cursor, or behind the batch.
    fn succeed(&mut self, batch: &[i64]) {
        let last = batch[batch.len() - 1];
        let cursor = self.cut.filter(|_| !self.dice.one_in(3));
        let end = cursor.map_or(last, |cursor| cursor - 1);
        if self.before.is_some() {
            self.position = end + 1;
        }
        // What `decide` never asks for: a mark before the batch, or back.
        let possible =
            cursor.is_none() || (end >= batch[0] && self.before.is_none_or(|next| next <= end + 1));
        if !self.mode.manual && possible {
            self.complete(batch, end);
        }
        if cursor.is_none() {
            self.drop_from_cut(batch);
        }
        if self.dice.one_in(4) {
            let mark = batch[self.dice.below(batch.len())];
            self.pass(mark.min(end));
        }
    }

    /// What filters took out is not wanted again, nor would anybody have marked it.
    fn drop_from_cut(&mut self, batch: &[i64]) {
        let Some(cut) = self.cut else { return };
        self.processed.extend(batch.iter().filter(|offset| **offset >= cut));
    }

    fn complete(&mut self, batch: &[i64], end: i64) {
        let completed = self.ledger.complete(end);
        assert_eq!(completed == Marked::Ignored, self.before.is_none());
        if completed == Marked::Moved {
            self.model.done.extend(self.model.window.range(..=end).map(|(offset, _)| *offset));
            self.model.pass(end);
        }
        if self.before.is_some() {
            self.processed.extend(batch.iter().filter(|offset| **offset <= end));
            self.check(None);
        }
    }

    fn pass(&mut self, mark: i64) {
        self.ledger.pass(mark);
        if self.before.is_some_and(|next| next <= mark) {
            self.model.pass(mark);
        }
        self.check(None);
    }

    /// Stores are committed before the partition goes; its next owner reads from there.
    fn revoke(&mut self) {
        self.flush();
        self.ledger = Ledger::new(self.mode);
        self.model = Model::default();
        self.position = self.committed.unwrap_or(self.log[0]);
        (self.before, self.pending, self.stored, self.collapse_limit) = (None, None, None, None);
    }

    /// All lanes mark their last message: nothing may be left behind.
    fn catch_up(&mut self) {
        let mut lasts: BTreeMap<u32, i64> = BTreeMap::new();
        for (offset, lane) in &self.model.window {
            if let Some(lane) = lane {
                lasts.insert(*lane, *offset);
            }
        }
        if self.ledger.next().is_none() {
            return;
        }
        for offset in lasts.into_values() {
            self.mark(offset, Sink::Store);
        }
        let wanted = self.model.window.keys().next_back().map(|last| last + 1);
        let caught_up = self.ledger.next() >= wanted || (self.in_pieces && self.mode.manual);
        assert!(caught_up, "{:?} stays behind {wanted:?}", self.ledger.next());
        self.flush();
    }
}

fn run_histories(count: u64) {
    let variable = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let first: u64 = variable("LEDGER_SEED").unwrap_or(1);
    for seed in first..first + variable("LEDGER_HISTORIES").unwrap_or(count) {
        let outcome = std::panic::catch_unwind(|| History::new(seed).run());
        assert!(outcome.is_ok(), "history {seed} failed: LEDGER_SEED={seed} LEDGER_HISTORIES=1 repeats it");
    }
}

#[test]
fn ten_thousand_histories_never_lead_and_never_lose() {
    run_histories(10_000);
}

#[test]
fn endless_errors_do_not_grow_memory() {
    let mut ledger = Ledger::new(LedgerMode { lanes: true, ..LedgerMode::default() });
    ledger.begin(0);
    for round in 0..2_000i64 {
        // The first message fails for ever; others are done, in batches of changing length.
        let last = 99 + round % 50;
        let done = ledger.done_within(0, last);
        let open: Vec<i64> = (1..=last).filter(|offset| done.binary_search(offset).is_err()).collect();
        ledger.register(0, last, &[(0, vec![0]), (1, open)]);
        ledger.mark(last, None, None, Sink::Store);
        assert!(ledger.done_within(0, i64::MAX).len() <= 148);
    }
    assert_eq!((ledger.next(), ledger.has_pending()), (Some(0), false));
}
