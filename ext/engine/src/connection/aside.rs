//! Messages of held partitions that were fetched already.
//!
//! librdkafka's pause throws away what it has fetched of a partition, which for a long-running job is nearly all of
//! it, at each run. A held partition is read on instead: what comes of it is set aside as it came, and delivered
//! first once the partition goes on. Beyond its share of memory the partition is stopped in librdkafka as well, and
//! read on from there when what was set aside is used up.
//!
//! The polling thread sets aside, uses up and stops; others hold, move and let go on. The lock is held across no
//! native call but `rd_kafka_topic_name`, which reads a field.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::fetched::Fetched;
use crate::client::Settings;
use crate::locks::Mutex;

/// librdkafka's default of `queued.max.messages.kbytes`.
const QUEUED_KBYTES: usize = 65_536;

/// Topic and partition.
pub(super) type Key = (Arc<str>, i32);

/// What has to be known of a message.
pub(super) trait Message {
    /// Whether it comes from there.
    fn is_of(&self, place: &Key) -> bool;
    /// A message, or the partition's end. Errors are for everybody at once, wherever they come from.
    fn is_of_the_log(&self) -> bool;
    /// The partition's end.
    fn is_end(&self) -> bool;
    /// Its offset; at the end the next one to be written.
    fn offset(&self) -> i64;
    /// The memory that it holds, about.
    fn bytes(&self) -> usize;
}

/// A partition that is held, or has something set aside.
pub(super) struct Place<M> {
    held: bool,
    messages: VecDeque<M>,
    bytes: usize,
    /// librdkafka does not fetch it either.
    stopped: bool,
    /// What comes after the last message that was set aside; none once the reader was moved elsewhere.
    next: Option<i64>,
    /// The newest turn in which messages of it were taken.
    served: u64,
    /// Its reader is being moved.
    moving: bool,
    /// The newest move of its reader, counted over all partitions.
    moved: u64,
}

struct State<M> {
    places: HashMap<Key, Place<M>>,
    /// Moves of readers whose partitions have a place here.
    moves: u64,
    /// Times that messages of a place were taken.
    turns: u64,
}

/// All of a connection.
pub(super) struct Aside<M = Fetched> {
    state: Mutex<State<M>>,
    /// Bytes over all partitions.
    limit: usize,
}

impl<M: Message> Aside<M> {
    /// As much is set aside as librdkafka fetches ahead: `queued.max.messages.kbytes`.
    pub(super) fn new(settings: &Settings) -> Self {
        let kilobytes = settings.get("queued.max.messages.kbytes").and_then(|value| value.parse().ok());
        Self::of(kilobytes.unwrap_or(QUEUED_KBYTES).saturating_mul(1_024))
    }

    fn of(limit: usize) -> Self {
        Self { state: Mutex::new(State { places: HashMap::new(), moves: 0, turns: 0 }), limit }
    }

    /// From now on what comes is set aside.
    pub(super) fn hold(&self, topic: &str, partition: i32) {
        self.state.lock().places.entry((topic.into(), partition)).or_insert_with(Place::new).held = true;
    }

    /// Whether the partition is held here, or has something set aside.
    pub(super) fn has(&self, topic: &str, partition: i32) -> bool {
        self.state.lock().places.contains_key(&(topic.into(), partition))
    }

    /// What was set aside may be used. False where the partition was not held here.
    pub(super) fn go_on(&self, topic: &str, partition: i32) -> bool {
        let mut state = self.state.lock();
        let place = state.places.get_mut(&(topic.into(), partition));
        place.map(|place| place.held = false).is_some()
    }

    /// The reader is about to be moved: what was fetched before lies elsewhere.
    pub(super) fn begin_move(&self, topic: &str, partition: i32) {
        let mut state = self.state.lock();
        let dropped = state.places.get_mut(&(topic.into(), partition)).map(|place| {
            (place.bytes, place.next, place.moving) = (0, None, true);
            std::mem::take(&mut place.messages)
        });
        drop(state);
        drop(dropped);
    }

    /// It was moved, or could not be.
    pub(super) fn end_move(&self, topic: &str, partition: i32) {
        let state = &mut *self.state.lock();
        if let Some(place) = state.places.get_mut(&(topic.into(), partition)) {
            state.moves += 1;
            (place.moving, place.moved) = (false, state.moves);
        }
    }

    /// How many moves there were: before messages are taken, for [`Aside::sort_out`].
    pub(super) fn moves(&self) -> u64 {
        self.state.lock().moves
    }

    /// The partition is not ours any more, or paused in librdkafka for a reason of its own. Whether it was
    /// stopped there.
    pub(super) fn forget(&self, topic: &str, partition: i32) -> bool {
        let gone = self.state.lock().places.remove(&(topic.into(), partition));
        gone.is_some_and(|place| place.stopped)
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        let gone = std::mem::take(&mut self.state.lock().places);
        drop(gone);
    }

    /// Takes out of `fetched` what is to be set aside. What follows on a message that was set aside is set
    /// aside, too: the order stays. Partitions whose reader is moved, or was since there were `moves`, so that nobody
    /// knows on which side of it a message was fetched, are returned with the first offset; what came of them is
    /// dropped.
    pub(super) fn sort_out(&self, fetched: &mut Vec<M>, moves: u64) -> Vec<(Key, i64)> {
        let mut state = self.state.lock();
        let mut doubtful = Vec::new();
        if state.places.is_empty() {
            return doubtful;
        }
        let mut left = Vec::with_capacity(fetched.capacity());
        for message in fetched.drain(..) {
            let mut waiting = state.places.iter_mut().filter(|(_, place)| !place.is_used_up());
            match waiting.find(|(key, _)| message.is_of_the_log() && message.is_of(key)) {
                Some((key, place)) if place.moving || place.moved > moves => {
                    if !doubtful.iter().any(|(known, _)| known == key) {
                        doubtful.push((key.clone(), message.offset()));
                    }
                }
                Some((_, place)) => place.push(message),
                None => left.push(message),
            }
        }
        *fetched = left;
        doubtful
    }

    /// Up to `limit` messages of partitions that go on, in equal parts as far as they have them, who waited
    /// longest first; nothing more once one of them ends.
    pub(super) fn take(&self, limit: usize) -> Vec<M> {
        let state = &mut *self.state.lock();
        let mut taken = Vec::new();
        while taken.len() < limit {
            let mut ready: Vec<_> = state.places.values_mut().filter(|place| place.is_ready()).collect();
            if ready.is_empty() {
                break;
            }
            ready.sort_by_key(|place| place.served);
            let part = ((limit - taken.len()) / ready.len()).max(1);
            for place in ready {
                let part = part.min(limit - taken.len());
                if part == 0 {
                    break;
                }
                state.turns += 1;
                place.served = state.turns;
                for _ in 0..part {
                    let Some(message) = place.pop() else { break };
                    let end = message.is_end();
                    taken.push(message);
                    if end {
                        return taken;
                    }
                }
            }
        }
        taken
    }

    /// Partitions that have more than their share and are to be stopped; `sharing` partitions are assigned.
    pub(super) fn beyond_share(&self, sharing: usize) -> Vec<Key> {
        let share = self.limit / sharing.max(1);
        let state = self.state.lock();
        let beyond = state.places.iter().filter(|(_, place)| !place.stopped && place.bytes > share);
        beyond.map(|(key, _)| key.clone()).collect()
    }

    /// librdkafka has stopped the partition.
    pub(super) fn stopped(&self, key: &Key) {
        if let Some(place) = self.state.lock().places.get_mut(key) {
            place.stopped = true;
        }
    }

    /// Partitions that go on and have nothing set aside any more. Those that were not stopped are plain again
    /// with that; the others are returned, to be told to [`Aside::finish`] under the lock of readers.
    pub(super) fn used_up(&self) -> Vec<Key> {
        let places = &mut self.state.lock().places;
        places.retain(|_, place| place.stopped || !place.is_used_up());
        places.iter().filter(|(_, place)| place.is_used_up()).map(|(key, _)| key.clone()).collect()
    }

    /// A stopped partition is let go. `None` where it is not used up after all.
    pub(super) fn finish(&self, key: &Key) -> Option<Place<M>> {
        let places = &mut self.state.lock().places;
        places.get(key).filter(|place| place.is_used_up())?;
        places.remove(key)
    }
}

impl<M: Message> Place<M> {
    fn new() -> Self {
        Self {
            held: false,
            messages: VecDeque::new(),
            bytes: 0,
            stopped: false,
            next: None,
            served: 0,
            moving: false,
            moved: 0,
        }
    }

    /// Where the partition is to be read on; `None` where the reader stands there already.
    pub(super) fn next(&self) -> Option<i64> {
        self.next
    }

    fn push(&mut self, message: M) {
        self.bytes += message.bytes();
        self.next = Some(message.offset() + i64::from(!message.is_end()));
        self.messages.push_back(message);
    }

    fn pop(&mut self) -> Option<M> {
        let message = self.messages.pop_front()?;
        self.bytes -= message.bytes();
        Some(message)
    }

    fn is_ready(&self) -> bool {
        !self.held && !self.messages.is_empty()
    }

    fn is_used_up(&self) -> bool {
        !self.held && !self.moving && self.messages.is_empty()
    }
}

#[cfg(test)]
#[path = "aside_tests.rs"]
mod tests;
