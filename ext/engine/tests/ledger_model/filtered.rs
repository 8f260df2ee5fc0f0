//! Random histories of a whole partition with filters: linear and in lanes, offsets by hand or not.
//!
//! Filters take messages out for good, hold others back at a cursor, ask for a pause, a seek, nothing or a
//! mark; runs fail. What must hold: every message below the stored offset was worked off, taken out for good,
//! or marked by a filter's own word, and in the end each was.

use std::collections::BTreeSet;
use std::time::Duration;

use karafka_engine::ledger::LedgerMode;
use karafka_engine::partition::{Backoff, Effect, Features, FilterAction, Outcome, Partition, Step, Wish};

use crate::model::Dice;

const END: i64 = 60;

struct History {
    dice: Dice,
    mode: LedgerMode,
    partition: Partition,
    position: i64,
    /// Worked off, taken out for good, or marked by a filter.
    settled: BTreeSet<i64>,
    /// Held back by filters in this batch.
    held_back: Vec<i64>,
    cut: Option<i64>,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let mode = LedgerMode { lanes: dice.one_in(2), manual: dice.one_in(2), ..LedgerMode::default() };
        let features =
            Features { offsets: mode, long_running: dice.one_in(2), filtering: true, ..Features::default() };
        let second = Duration::from_secs(1);
        let backoff = Backoff { timeout: second, max_timeout: second, exponential: false };
        let partition = Partition::new("orders".into(), 0, features, backoff, None);
        let (settled, held_back) = (BTreeSet::new(), Vec::new());
        Self { dice, mode, partition, position: 0, settled, held_back, cut: None }
    }

    fn run(&mut self) {
        for turn in 0.. {
            assert!(turn < 500, "it does not come to an end at {}", self.position);
            let size = 1 + self.dice.below(12);
            // A log with gaps.
            let log = (self.position..END).filter(|offset| offset % 7 != 3);
            let batch: Vec<i64> = log.take(size).collect();
            let (Some(first), Some(last)) = (batch.first(), batch.last()) else { return self.all_settled() };
            self.partition.begin_batch(*first, *last, false);
            let lanes = self.filter(&batch);
            self.position = last + 1;
            self.work(&lanes);
            self.check();
        }
    }

    /// What is left, in lanes.
    fn filter(&mut self, batch: &[i64]) -> Vec<(u32, Vec<i64>)> {
        let done = self.partition.done_in_batch();
        assert!(done.iter().all(|offset| self.settled.contains(offset)), "left out, not done");
        let rest: Vec<i64> = batch.iter().copied().filter(|offset| !done.contains(offset)).collect();
        self.held_back.clear();
        self.cut = (!rest.is_empty() && self.dice.one_in(3)).then(|| rest[self.dice.below(rest.len())]);
        let count =
            if self.mode.lanes && !self.partition.is_collapsed() { 1 + self.dice.below(3) } else { 1 };
        let mut lanes: Vec<(u32, Vec<i64>)> = (0..count as u32).map(|lane| (lane, Vec::new())).collect();
        let mut kept = None;
        for offset in &rest {
            if self.cut.is_some_and(|cut| *offset >= cut) && !self.dice.one_in(10) {
                self.held_back.push(*offset);
            } else if self.cut.is_none_or(|cut| *offset < cut) && self.dice.one_in(6) {
                self.settled.insert(*offset);
            } else {
                lanes[self.dice.below(count)].1.push(*offset);
                kept = Some(*offset);
            }
        }
        if !rest.is_empty() {
            self.partition.filter(kept, self.cut);
        }
        lanes.retain(|(_, offsets)| !offsets.is_empty());
        if self.mode.lanes {
            self.partition.register(&lanes);
        }
        lanes
    }

    /// The user's code: marks on its way, and may fail.
    fn work(&mut self, lanes: &[(u32, Vec<i64>)]) {
        let effects = if lanes.is_empty() {
            self.partition.end_lane(Outcome::Idle)
        } else {
            self.partition.enter_run();
            let fails = self.dice.one_in(4);
            let mut effects = Vec::new();
            for (_, offsets) in lanes {
                let all = if fails { self.dice.below(offsets.len() + 1) } else { offsets.len() };
                self.settled.extend(&offsets[..all]);
                // What a consumer marks beyond a cursor, without lanes, is its own affair.
                let below = |offset: &&i64| self.mode.lanes || self.cut.is_none_or(|cut| **offset < cut);
                let marked = offsets[..all].iter().rfind(below);
                if let Some(offset) = marked.filter(|_| self.mode.manual || self.dice.one_in(2)) {
                    self.partition.mark(*offset, None, None);
                    self.check();
                }
                effects = self.partition.end_lane(if fails { Outcome::Failed } else { Outcome::Succeeded });
            }
            effects
        };
        self.follow(effects);
    }

    fn follow(&mut self, mut effects: Vec<Effect>) {
        while let Some(effect) = effects.first().copied() {
            effects = match effect {
                Effect::AskFilters => {
                    let wishes = self.wishes();
                    self.partition.answer_filters(&wishes)
                }
                Effect::Commit => self.partition.conclude(Step::Passed),
                Effect::Seek(offset) => {
                    self.position = offset;
                    self.partition.conclude(Step::Sought)
                }
                Effect::Throttle { offset, .. } | Effect::Retry { offset, .. } => {
                    self.position = offset.unwrap_or(self.position);
                    Vec::new()
                }
                other => {
                    assert_eq!(other, Effect::AskFilters, "nothing else may follow");
                    Vec::new()
                }
            };
            self.check();
        }
    }

    fn wishes(&mut self) -> Vec<Wish> {
        let mut wishes = Vec::new();
        if let Some(cut) = self.cut {
            let actions = [FilterAction::Pause, FilterAction::Seek, FilterAction::Skip];
            let action = actions[self.dice.below(3)];
            if action == FilterAction::Skip {
                self.settled.extend(self.held_back.drain(..));
            }
            wishes.push(Wish { action, cursor: Some(cut), ..Wish::default() });
        }
        if self.dice.one_in(3) {
            // Another filter, which marks whatever it likes, but not what it has not seen.
            let mark = Some(self.dice.below(self.position as usize) as i64);
            wishes.push(Wish { mark, commits: self.dice.one_in(2), ..Wish::default() });
        }
        wishes
    }

    fn check(&mut self) {
        let Some(store) = self.partition.take_store() else { return };
        let open = (0..store.next).find(|offset| offset % 7 != 3 && !self.settled.contains(offset));
        assert_eq!(open, None, "stored {}, {:?}", store.next, self.mode);
    }

    fn all_settled(&self) {
        let open = (0..END).find(|offset| offset % 7 != 3 && !self.settled.contains(offset));
        assert_eq!(open, None, "lost, {:?}", self.mode);
    }
}

#[test]
fn ten_thousand_filtered_histories_never_lead_and_never_lose() {
    for seed in 1..=10_000 {
        let outcome = std::panic::catch_unwind(|| History::new(seed).run());
        assert!(outcome.is_ok(), "filtered history {seed} failed");
    }
}
