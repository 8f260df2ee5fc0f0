//! The slow model of the ledger, and the dice of its histories.

use std::collections::{BTreeMap, BTreeSet};

use karafka_engine::ledger::MetadataStrategy;

/// SplitMix64: small, and the same on every machine.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }
}

/// The chapter's words, as sets.
#[derive(Debug, Default)]
pub struct Model {
    /// Offsets in work, with their lane; those done before have none.
    pub window: BTreeMap<i64, Option<u32>>,
    pub done: BTreeSet<i64>,
    pub texts: BTreeMap<i64, Vec<u8>>,
    pub newest_text: Option<Vec<u8>>,
    /// Everything up to it needs no more work, in this run's window or not.
    pub passed: Option<i64>,
}

impl Model {
    pub fn real(&self) -> Option<i64> {
        let real = self.window.keys().copied().take_while(|offset| self.done.contains(offset)).last();
        real.max(self.passed)
    }

    /// The lowest offset in work that is not done, else the one behind all.
    pub fn open(&self) -> Option<i64> {
        let open = self.window.keys().copied().find(|offset| !self.done.contains(offset));
        open.or_else(|| self.window.keys().next_back().copied().max(self.passed).map(|last| last + 1))
    }

    /// Filters want everything up to `offset` marked; refused while something of it is in work.
    pub fn pass(&mut self, offset: i64) -> bool {
        let open = self.window.range(..=offset).any(|(one, _)| !self.done.contains(one));
        if !open {
            self.passed = self.passed.max(Some(offset));
        }
        !open
    }

    pub fn register(&mut self, first: i64, last: i64, lanes: &[(u32, Vec<i64>)], manual: bool) {
        let real = self.real().unwrap_or(-1);
        let done = &self.done;
        self.window.retain(|offset, _| manual && *offset < first && !done.contains(offset));
        // With manual offsets the ledger may lag, and fetch again what is below here.
        self.done.retain(|offset| manual || *offset > real);
        self.passed = None;
        let within = |offset: &&i64| (first..=last).contains(*offset);
        self.window.extend(self.done.iter().filter(within).map(|offset| (*offset, None)));
        for (lane, offsets) in lanes {
            self.window.extend(offsets.iter().filter(within).map(|offset| (*offset, Some(*lane))));
        }
    }

    /// What a mark covers: everything of its lane up to it.
    pub fn mark(&mut self, offset: i64) -> Vec<i64> {
        let Some(Some(lane)) = self.window.get(&offset).copied() else { return Vec::new() };
        let up_to = self.window.range(..=offset).filter(|(_, other)| **other == Some(lane));
        let covered: Vec<i64> = up_to.map(|(offset, _)| *offset).collect();
        self.done.extend(&covered);
        covered
    }

    pub fn text_of(&self, offset: i64, strategy: MetadataStrategy) -> Option<Vec<u8>> {
        let exact = self.texts.get(&offset).filter(|_| strategy == MetadataStrategy::Exact);
        exact.or(self.newest_text.as_ref()).cloned()
    }
}
