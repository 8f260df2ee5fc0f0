//! Fetched messages of one topic-partition in native memory.
//!
//! A [`Builder`] copies messages out of librdkafka during one poll and releases them at once, so a kept
//! message never pins a whole fetch buffer. The finished [`Batch`] is immutable and shared by count:
//! every Ruby message made from it keeps it alive, nothing else does.
//!
//! What remains of a batch after an exclusion, and what a lane gets of it, are batches as well: lists of
//! places in the same memory ([`Batch::view`]).

mod arena;
mod builder;

use std::sync::Arc;

use arena::{Arena, Entry};

pub use arena::ArenaPool;
pub use builder::Builder;

/// What a batch and all views of it share.
struct Shared {
    topic: Arc<str>,
    partition: i32,
    arena: Arena,
    pool: ArenaPool,
    received_at: i64,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.pool.give(std::mem::take(&mut self.arena));
    }
}

/// Messages of one topic-partition from one poll, in ascending offset order. A clone, like a view, is
/// another count on the same memory.
#[derive(Clone)]
pub struct Batch {
    shared: Arc<Shared>,
    /// Places in the arena, ascending; `None` for all of it.
    chosen: Option<Arc<[u32]>>,
}

impl Batch {
    fn whole(shared: Shared) -> Self {
        Self { shared: Arc::new(shared), chosen: None }
    }

    /// The messages at these indexes of this batch, as a batch on the same memory. `None` if one of them
    /// is out of range or they do not ascend.
    pub fn view(&self, indexes: &[u32]) -> Option<Self> {
        let ascending = indexes.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascending || indexes.last().is_some_and(|last| *last as usize >= self.len()) {
            return None;
        }
        let chosen = match &self.chosen {
            None => indexes.into(),
            Some(chosen) => indexes.iter().filter_map(|index| chosen.get(*index as usize)).copied().collect(),
        };
        Some(Self { shared: Arc::clone(&self.shared), chosen: Some(chosen) })
    }

    /// What remains without the messages at `offsets`, which ascend; offsets that are not there do not
    /// matter. One walk over both.
    pub fn exclude(&self, offsets: &[i64]) -> Self {
        self.sieve(offsets, false)
    }

    /// The messages at `offsets`, which ascend: what a filter left.
    pub fn only(&self, offsets: &[i64]) -> Self {
        self.sieve(offsets, true)
    }

    fn sieve(&self, offsets: &[i64], wanted: bool) -> Self {
        let mut named = offsets.iter().copied().peekable();
        let is_named = |offset: i64| {
            while named.next_if(|one| *one < offset).is_some() {}
            named.peek() == Some(&offset)
        };
        let offsets = self.places().map(|place| self.shared.arena.entries[place].offset);
        let keep: Vec<bool> = offsets.map(is_named).map(|named| named == wanted).collect();
        if !keep.contains(&false) {
            return self.clone();
        }
        let kept = self.places().zip(keep).filter(|(_, keep)| *keep);
        let chosen = kept.map(|(place, _)| place as u32).collect();
        Self { shared: Arc::clone(&self.shared), chosen: Some(chosen) }
    }

    /// Places of this batch's messages in the arena.
    fn places(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).filter_map(|index| self.place(index))
    }

    fn place(&self, index: usize) -> Option<usize> {
        match &self.chosen {
            None => Some(index),
            Some(chosen) => chosen.get(index).map(|place| *place as usize),
        }
    }

    fn entry(&self, index: usize) -> Option<&Entry> {
        self.shared.arena.entries.get(self.place(index)?)
    }

    /// The topic's name.
    pub fn topic(&self) -> &str {
        &self.shared.topic
    }

    /// The partition.
    pub fn partition(&self) -> i32 {
        self.shared.partition
    }

    /// Number of messages.
    pub fn len(&self) -> usize {
        self.chosen.as_ref().map_or(self.shared.arena.entries.len(), |chosen| chosen.len())
    }

    /// Whether there is no message.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// When the poll that fetched this ended, milliseconds since the epoch.
    pub fn received_at(&self) -> i64 {
        self.shared.received_at
    }

    /// Native memory held, in bytes; for a view what it needs beside the batch it came from.
    pub fn memory(&self) -> usize {
        match &self.chosen {
            None => self.shared.arena.memory(),
            Some(chosen) => std::mem::size_of_val(&**chosen),
        }
    }

    /// Bytes of all payloads, keys and headers; for a view the part of them that its messages make up.
    pub fn bytes(&self) -> usize {
        let all = self.shared.arena.bytes.len();
        match &self.chosen {
            None => all,
            Some(chosen) => all * chosen.len() / self.shared.arena.entries.len().max(1),
        }
    }

    /// Offset of the first message.
    pub fn first_offset(&self) -> Option<i64> {
        self.offset(0)
    }

    /// Offset of the last message.
    pub fn last_offset(&self) -> Option<i64> {
        self.offset(self.len().checked_sub(1)?)
    }

    /// Offset of message `index`.
    pub fn offset(&self, index: usize) -> Option<i64> {
        self.entry(index).map(|entry| entry.offset)
    }

    /// All offsets, ascending.
    pub fn offsets(&self) -> impl Iterator<Item = i64> + '_ {
        (0..self.len()).filter_map(|index| self.offset(index))
    }

    /// Timestamp of message `index` in milliseconds since the epoch.
    pub fn timestamp(&self, index: usize) -> Option<i64> {
        self.entry(index)?.timestamp
    }

    /// Leader epoch of message `index` (KIP-320).
    pub fn leader_epoch(&self, index: usize) -> Option<i32> {
        self.entry(index)?.leader_epoch
    }

    /// The first offset of each leader epoch among the messages; mostly one. Empty where the broker gave
    /// none.
    pub fn epoch_starts(&self) -> Vec<(i64, i32)> {
        let (Some(first), Some(last)) = (self.first_offset(), self.len().checked_sub(1)) else {
            return Vec::new();
        };
        match (self.leader_epoch(0), self.leader_epoch(last)) {
            // Epochs never fall along a log.
            (Some(epoch), Some(newest)) if epoch == newest => vec![(first, epoch)],
            _ => {
                let mut starts: Vec<(i64, i32)> = Vec::new();
                for index in 0..self.len() {
                    if let (Some(offset), Some(epoch)) = (self.offset(index), self.leader_epoch(index)) {
                        if starts.last().is_none_or(|(_, newest)| *newest != epoch) {
                            starts.push((offset, epoch));
                        }
                    }
                }
                starts
            }
        }
    }

    /// Payload of message `index`; `None` for a null payload.
    pub fn payload(&self, index: usize) -> Option<&[u8]> {
        self.shared.arena.slice(self.entry(index)?.payload)
    }

    /// Key of message `index`; `None` for a null key.
    pub fn key(&self, index: usize) -> Option<&[u8]> {
        self.shared.arena.slice(self.entry(index)?.key)
    }

    /// Headers of message `index` in their order; a null value reads as `None`.
    pub fn headers(&self, index: usize) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let (first, count) = self.entry(index).map_or((0, 0), |entry| entry.headers);
        let range = first as usize..(first as usize + count as usize);
        let arena = &self.shared.arena;
        arena
            .headers
            .get(range)
            .unwrap_or_default()
            .iter()
            .map(|(name, value)| (arena.slice(*name).unwrap_or_default(), arena.slice(*value)))
    }

    /// Index of the message at `offset`.
    pub fn index_of(&self, offset: i64) -> Option<usize> {
        let entries = &self.shared.arena.entries;
        match &self.chosen {
            None => entries.binary_search_by_key(&offset, |entry| entry.offset).ok(),
            Some(chosen) => {
                chosen.binary_search_by_key(&offset, |place| entries[*place as usize].offset).ok()
            }
        }
    }
}

#[cfg(test)]
impl Batch {
    /// A batch of these payloads, at offsets from 0 on.
    pub(crate) fn of(payloads: &[Option<&[u8]>]) -> Self {
        let mut builder = Builder::new(Arc::from("topic"), 0, ArenaPool::default());
        for (offset, payload) in payloads.iter().enumerate() {
            builder.append(offset as i64, *payload, None, &[]);
        }
        builder.finish(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(offsets: &[i64]) -> Batch {
        let mut builder = Builder::new(Arc::from("topic"), 3, ArenaPool::default());
        for offset in offsets {
            let text = offset.to_string();
            builder.append(*offset, Some(text.as_bytes()), None, &[(b"o", Some(text.as_bytes()))]);
        }
        builder.finish(7)
    }

    #[test]
    fn a_view_answers_as_a_batch_of_its_messages() {
        let view = at(&[10, 12, 15, 20]).view(&[1, 3]).expect("in range");
        assert_eq!((view.len(), view.first_offset(), view.last_offset()), (2, Some(12), Some(20)));
        assert_eq!((view.payload(1), view.payload(2)), (Some(&b"20"[..]), None));
        assert_eq!(view.headers(0).collect::<Vec<_>>(), [(&b"o"[..], Some(&b"12"[..]))]);
        assert_eq!((view.index_of(20), view.index_of(15)), (Some(1), None));
        assert_eq!((view.topic(), view.partition(), view.received_at()), ("topic", 3, 7));
    }

    #[test]
    fn a_view_outlives_what_it_came_from_and_may_be_empty() {
        let view = at(&[1, 2, 3]).view(&[2]).and_then(|view| view.view(&[0])).expect("in range");
        assert_eq!(view.payload(0), Some(&b"3"[..]));
        let empty = view.view(&[]).expect("in range");
        assert_eq!((empty.len(), empty.first_offset(), empty.last_offset()), (0, None, None));
    }

    #[test]
    fn a_view_refuses_indexes_that_do_not_ascend_or_are_not_there() {
        let batch = at(&[1, 2, 3]);
        assert!(batch.view(&[1, 1]).is_none() && batch.view(&[2, 0]).is_none());
        assert!(batch.view(&[3]).is_none() && batch.view(&[0]).is_some_and(|one| one.view(&[1]).is_none()));
    }

    proptest! {
        #[test]
        fn sieves_agree_with_sets(
            offsets in prop::collection::btree_set(0..60i64, 0..40),
            first in prop::collection::btree_set(0..70i64, 0..40),
            second in prop::collection::btree_set(0..70i64, 0..40),
        ) {
            let list = |set: &std::collections::BTreeSet<i64>| set.iter().copied().collect::<Vec<_>>();
            let rest = at(&list(&offsets)).exclude(&list(&first));
            let left: Vec<i64> = offsets.difference(&first).copied().collect();
            prop_assert_eq!(rest.offsets().collect::<Vec<_>>(), left.clone());
            let only = rest.only(&list(&second));
            let both: Vec<i64> = left.iter().filter(|one| second.contains(one)).copied().collect();
            prop_assert_eq!(only.offsets().collect::<Vec<_>>(), both);
            for (index, offset) in only.offsets().enumerate() {
                prop_assert_eq!(only.index_of(offset), Some(index));
                let text = offset.to_string();
                prop_assert_eq!(only.payload(index), Some(text.as_bytes()));
            }
        }
    }
}
