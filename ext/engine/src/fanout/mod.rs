//! Sharing a batch out to lanes.
//!
//! Three steps, each a pure function of values: keys (of an [`Extractor`], or given by Ruby), a lane for
//! each message ([`by_ids`], [`by_groups`]), index lists of the lanes ([`Lane`]). Owner: the thread that
//! polled. Keys of large batches are extracted on [`crate::pool`]; no other thread, no lock, no clock.
//! Nothing here calls Ruby: where only Ruby can say what a key reads as, the answer is [`AskRuby`] or `None`.

mod balanced;
mod extractor;
mod key;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::num::NonZeroU64;

use rayon::prelude::*;

use crate::batch::Batch;
use crate::pool;

pub use balanced::by_groups;
pub use extractor::Extractor;
pub use key::{byte_sum, AskRuby, Key};

/// What a lane gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// As the reducer said, which owns its range.
    pub id: i64,
    /// Indexes into the batch, ascending.
    pub indexes: Vec<u32>,
}

/// Estimated nanoseconds of extraction above which threads are woken. Waking one and its way back take
/// 12 µs (`cargo bench -p karafka-engine --bench fanout -- "wake it"`, two cores in use by others as well),
/// so 200 µs leave a gain where a core is free; where exactly it begins was not measured on an idle machine.
const LEAST_PARALLEL_NANOSECONDS: usize = 200_000;

/// Lanes for messages whose lanes are known, in the order of their first messages.
pub fn by_ids(ids: impl IntoIterator<Item = i64>) -> Vec<Lane> {
    let mut counted = Counted::default();
    let positions: Vec<u32> = ids.into_iter().map(|id| counted.add(id)).collect();
    // Counted before, so that no list grows by copies.
    let of = |(id, count): &(i64, usize)| Lane { id: *id, indexes: Vec::with_capacity(*count) };
    let mut lanes: Vec<Lane> = counted.lanes.iter().map(of).collect();
    for (position, index) in positions.into_iter().zip(0..) {
        lanes[position as usize].indexes.push(index);
    }
    lanes
}

/// The default reducer: the byte sum modulo 65,536 comes first, then the number of lanes.
pub fn lane_of(sum: u16, lanes: NonZeroU64) -> i64 {
    (u64::from(sum) % lanes) as i64
}

#[derive(Default)]
struct Counted {
    /// Ids and numbers of messages.
    lanes: Vec<(i64, usize)>,
    /// Position in `lanes` plus one, for small ids: the usual ones.
    dense: Vec<u32>,
    others: HashMap<i64, u32>,
}

impl Counted {
    const DENSE: usize = 4_096;

    /// Counts a message; the position of its lane.
    fn add(&mut self, id: i64) -> u32 {
        let next = self.lanes.len() as u32 + 1;
        let slot = match usize::try_from(id) {
            Ok(small) if small < Self::DENSE => {
                if small >= self.dense.len() {
                    self.dense.resize(small + 1, 0);
                }
                &mut self.dense[small]
            }
            _ => self.others.entry(id).or_insert(0),
        };
        if *slot == 0 {
            *slot = next;
            self.lanes.push((id, 0));
        }
        let position = *slot - 1;
        self.lanes[position as usize].1 += 1;
        position
    }
}

/// The keys of a batch.
pub struct Keys<'a>(Vec<Result<Key<'a>, AskRuby>>);

impl<'a> Keys<'a> {
    /// Extracts the key of each message, on the pool where that pays.
    pub fn extract(batch: &'a Batch, extractor: &Extractor) -> Self {
        let one = |index: usize| extractor.extract(batch, index);
        let pool = if pays(batch, extractor) { pool::shared() } else { None };
        Self(match pool {
            Some(pool) => {
                pool.install(|| (0..batch.len()).into_par_iter().with_min_len(64).map(one).collect())
            }
            None => (0..batch.len()).map(one).collect(),
        })
    }

    /// The group of each message: equal keys, also in kind, share one. `None` where Ruby must be asked.
    pub fn groups(&self) -> Option<Vec<u32>> {
        let mut known: HashMap<&Key<'a>, u32> = HashMap::new();
        self.0
            .iter()
            .map(|key| {
                let next = known.len() as u32;
                key.as_ref().ok().map(|key| *known.entry(key).or_insert(next))
            })
            .collect()
    }
}

/// The byte sum of each key, `None` where Ruby must be asked; without keeping the keys.
pub fn sums(batch: &Batch, extractor: &Extractor) -> Vec<Option<u16>> {
    let one = |index: usize| extractor.sum(batch, index).ok();
    let pool = if pays(batch, extractor) { pool::shared() } else { None };
    match pool {
        Some(pool) => pool.install(|| (0..batch.len()).into_par_iter().with_min_len(64).map(one).collect()),
        None => (0..batch.len()).map(one).collect(),
    }
}

/// Whether extraction takes so long that the pool is worth waking, and Ruby's lock worth giving up.
pub fn pays(batch: &Batch, extractor: &Extractor) -> bool {
    extractor.nanoseconds(batch) >= LEAST_PARALLEL_NANOSECONDS && pool::threads() > 1
}
