//! What the lanes of a partition have done: marks in any order, one gap-free offset.
//!
//! The window holds the offsets that the lanes of the current run work on, ascending. A lane's mark makes
//! everything of that lane up to it done; `real` is the greatest offset below which nothing is left.
//! Continuity is over the window and not over integers: compaction, transaction markers and filtered
//! messages leave gaps that nobody will ever mark.
//!
//! Each message is visited once by a mark and once by the advance of `real`, so a mark costs the same in
//! a window of a hundred as in one of a hundred thousand.

use std::collections::BTreeSet;

/// Done offsets that are kept for a refetch at most. What is forgotten beyond it is worked on again after
/// an error; nothing is ever passed over. Reached only where manual marks of one lane run far ahead of
/// another lane that never marks.
const RETAINED_AT_MOST: usize = 100_000;

/// Offsets that no lane of this run works on belong to no lane.
const NO_LANE: u32 = u32::MAX;

/// The messages of one lane, ascending, as indexes into the window.
#[derive(Debug)]
struct Lane {
    id: u32,
    members: Vec<u32>,
    /// How many of them are done: always a prefix.
    done: usize,
}

/// A lane's unmarked part below the window: kept as its bounds, or a lane that never marks would
/// remember every message. It blocks like its lowest offset and is done by a mark of its highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Older {
    lane: u32,
    lowest: i64,
    highest: i64,
    /// Its highest message that is known to be below the window: after a seek back some come again, with
    /// batches of their own.
    covers: i64,
}

/// The offsets in work. Pure: no clock, no lock.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// Lowest offsets of older parts first, then the run's.
    offsets: Vec<i64>,
    done: Vec<bool>,
    lane_of: Vec<u32>,
    lanes: Vec<Lane>,
    older: Vec<Older>,
    /// Everything before this index is done.
    head: usize,
    /// Done offsets above `real` that are not in the window, or wait for their refetch.
    retained: BTreeSet<i64>,
}

impl Window {
    /// The greatest offset with nothing left below it; `None` while the first is open.
    pub fn real(&self) -> Option<i64> {
        let last = self.head.checked_sub(1)?;
        if self.head == self.older.len() {
            // Nothing below the batch is left.
            return self.older.iter().map(|part| part.covers).max();
        }
        Some(self.offsets[last])
    }

    /// Done offsets within the span of a batch and above `real`, ascending: its messages that need no second
    /// run. What a seek brings again from below is worked on again.
    pub fn done_within(&self, first: i64, last: i64) -> Vec<i64> {
        let first = self.real().map_or(first, |real| first.max(real.saturating_add(1)));
        let mut found: Vec<i64> = self.unreal().filter(|offset| (first..=last).contains(offset)).collect();
        found.extend(self.retained.range(first..=last.max(first)).filter(|offset| **offset <= last));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// A run begins: `lanes` work on their ascending offsets, of which those within `first..=last` count.
    /// What was done there before stays done. With `manual` offsets unmarked messages below the batch go on blocking.
    pub fn register(&mut self, first: i64, last: i64, lanes: &[(u32, Vec<i64>)], manual: bool) {
        let retained: Vec<i64> = self.unreal().collect();
        self.retained.extend(retained);
        let older = if manual { self.leftovers(first) } else { Vec::new() };
        if let Some(real) = self.real() {
            self.forget_retained(real);
        }
        let within = |offset: &i64| (first..=last).contains(offset);
        let span = if first <= last { first..last.saturating_add(1) } else { first..first };
        let again: Vec<i64> = self.retained.range(span).copied().collect();
        for offset in &again {
            self.retained.remove(offset);
        }
        let mut work: Vec<(i64, u32)> = lanes
            .iter()
            .zip(0u32..)
            .flat_map(|((_, offsets), lane)| offsets.iter().map(move |offset| (*offset, lane)))
            .filter(|(offset, _)| within(offset))
            .collect();
        work.extend(again.into_iter().map(|offset| (offset, NO_LANE)));
        // Stable, so that it finds the ascending runs that it was made of.
        work.sort_by_key(|(offset, _)| *offset);
        work.dedup_by_key(|(offset, _)| *offset);
        while self.retained.len() > RETAINED_AT_MOST {
            self.retained.pop_last();
        }
        self.fill(older, &work, lanes);
    }

    fn fill(&mut self, older: Vec<Older>, work: &[(i64, u32)], lanes: &[(u32, Vec<i64>)]) {
        self.lanes = lanes
            .iter()
            .map(|(id, offsets)| Lane { id: *id, members: Vec::with_capacity(offsets.len() + 1), done: 0 })
            .collect();
        self.offsets.clear();
        self.lane_of.clear();
        for (part, index) in older.iter().zip(0u32..) {
            let lane = self.lane(part.lane);
            self.lanes[lane as usize].members.push(index);
            self.offsets.push(part.lowest);
            self.lane_of.push(lane);
        }
        for ((offset, lane), index) in work.iter().zip(self.offsets.len() as u32..) {
            if let Some(lane) = self.lanes.get_mut(*lane as usize) {
                lane.members.push(index);
            }
            self.offsets.push(*offset);
            self.lane_of.push(*lane);
        }
        self.older = older;
        self.done.clear();
        self.done.extend(self.lane_of.iter().map(|lane| *lane == NO_LANE));
        self.head = 0;
        self.advance();
    }

    /// The index of the lane with this id, which may have nothing to do in this run.
    fn lane(&mut self, id: u32) -> u32 {
        let found = self.lanes.iter().position(|lane| lane.id == id).unwrap_or_else(|| {
            self.lanes.push(Lane { id, members: Vec::new(), done: 0 });
            self.lanes.len() - 1
        });
        found as u32
    }

    /// Marks `offset` and everything below it in its lane. True when `real` grew. An offset of no lane
    /// changes nothing.
    pub fn mark(&mut self, offset: i64) -> bool {
        let Some(lane) = self.lane_at(offset) else { return false };
        let (offsets, older) = (&self.offsets, &self.older);
        let lane = &mut self.lanes[lane as usize];
        while let Some(member) = lane.members.get(lane.done) {
            let index = *member as usize;
            let ends = older.get(index).map_or_else(|| offsets[index], |part| part.highest);
            if ends > offset {
                break;
            }
            self.done[index] = true;
            lane.done += 1;
        }
        self.advance()
    }

    /// Everything up to `last` is done, in every lane. True when `real` grew.
    pub fn complete(&mut self, last: i64) -> bool {
        let end = self.offsets.partition_point(|offset| *offset <= last);
        self.done[..end].fill(true);
        self.forget_retained(last);
        self.advance()
    }

    /// Everything up to `offset` that nobody works on needs no more work; false while a lane has some.
    pub fn pass(&mut self, offset: i64) -> bool {
        if self.offsets.get(self.head).is_some_and(|open| *open <= offset) {
            return false;
        }
        self.forget_retained(offset);
        true
    }

    fn forget_retained(&mut self, up_to: i64) {
        while self.retained.first().is_some_and(|first| *first <= up_to) {
            self.retained.pop_first();
        }
    }

    /// Whether the offset is in work and not done.
    pub fn is_open(&self, offset: i64) -> bool {
        self.place_of(offset).is_some_and(|place| !self.done[place])
    }

    /// Whether a mark in the one lane at work leaves nothing of another lane below it.
    pub fn is_one_lane(&self) -> bool {
        self.lanes.len() <= 1
    }

    /// Forgets everything: reading goes on somewhere else.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The lane that works on the offset.
    fn lane_at(&self, offset: i64) -> Option<u32> {
        self.place_of(offset).map(|place| self.lane_of[place]).filter(|lane| *lane != NO_LANE)
    }

    /// Where the window keeps the offset; an older part answers to either of its bounds.
    fn place_of(&self, offset: i64) -> Option<usize> {
        // The highest of a part that came again in pieces may be another lane's by now.
        let ends_at = |part: &Older| part.highest == offset && part.covers == offset;
        self.index_of(offset).or_else(|| self.older.iter().position(ends_at))
    }

    /// Most batches have no gaps: the place is then known without a search.
    fn index_of(&self, offset: i64) -> Option<usize> {
        let start = self.older.len();
        let first = *self.offsets.get(start)?;
        let guess = offset.checked_sub(first).and_then(|distance| usize::try_from(distance).ok());
        match guess.and_then(|distance| start.checked_add(distance)) {
            Some(guess) if self.offsets.get(guess) == Some(&offset) => Some(guess),
            _ => self.offsets.binary_search(&offset).ok(),
        }
    }

    fn advance(&mut self) -> bool {
        let before = self.head;
        while self.done.get(self.head) == Some(&true) {
            self.head += 1;
        }
        self.head > before
    }

    /// Done offsets of the window above `real`.
    fn unreal(&self) -> impl Iterator<Item = i64> + '_ {
        let open = self.head.max(self.older.len());
        self.offsets[open.min(self.offsets.len())..]
            .iter()
            .zip(&self.done[open.min(self.done.len())..])
            .filter(|(_, done)| **done)
            .map(|(offset, _)| *offset)
    }

    /// Each lane's unmarked part below `first`.
    fn leftovers(&self, first: i64) -> Vec<Older> {
        let mut older: Vec<Older> = self
            .lanes
            .iter()
            .filter_map(|lane| {
                let open = lane.members[lane.done..].iter().map(|member| *member as usize);
                let mut open = open.filter(|index| !self.done[*index] && self.offsets[*index] < first);
                let lowest = open.next()?;
                let highest = open.next_back().unwrap_or(lowest);
                let whole = self.offsets[highest];
                let (highest, covers) =
                    self.older.get(highest).map_or((whole, whole), |part| (part.highest, part.covers));
                let lowest = self.offsets[lowest];
                let covers = if covers < first { covers } else { lowest };
                Some(Older { lane: lane.id, lowest, highest, covers })
            })
            .collect();
        older.sort_by_key(|part| part.lowest);
        older
    }
}
