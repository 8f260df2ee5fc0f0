//! Parsing the messages of a batch before they are asked for, as a kernel reads files ahead.
//!
//! Nothing is parsed for who reads single messages. Who reads one message after the other, or most of
//! them, gets those that follow parsed on the pool, a stretch that grows with what was read. Nobody ever
//! waits for the pool: a message that is not ready yet is parsed by whoever asks, and a worker that comes
//! late passes over what was asked for meanwhile. So a pool without free cores costs next to nothing, and
//! a forked child, which has no workers, goes on as if there had never been any.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use super::tape::{Document, Tape};
use crate::batch::Batch;
use crate::locks::Mutex;
use crate::pool;

/// Bytes of payload that a task parses: about a tenth of a millisecond of work, where starting a task
/// costs microseconds.
const TASK_BYTES: usize = 32 * 1024;
/// Smaller batches are read by the time a worker has woken up: measured, nothing is gained below 130 KB,
/// and a fifth to a quarter of the reader's time from 500 KB on.
const LEAST_BYTES: usize = 4 * TASK_BYTES;
/// Bound of what is parsed ahead of the reader.
const AHEAD_BYTES: usize = 4 * 1024 * 1024;
/// Messages parsed ahead for each that was read.
const GROWTH: usize = 2;

/// A message as its reader finds it.
pub enum Found<'a> {
    /// Parsed ahead.
    Parsed(Document<'a>),
    /// Parsed ahead, and left to Ruby's parser.
    Refused,
    /// Not parsed: see [`ReadAhead::parse`].
    Unread,
    /// A null payload, or no such message.
    Null,
}

/// The parsed messages of one batch. Shared by its readers and the tasks on the pool.
pub struct ReadAhead {
    batch: Arc<Batch>,
    /// Messages of a stretch.
    stride: usize,
    stretches: Box<[Stretch]>,
    /// Messages asked for, repetitions counted.
    asked: AtomicUsize,
    /// The first one that was asked for.
    first: AtomicUsize,
    /// The highest one that was asked for.
    reached: AtomicUsize,
    last: Mutex<Option<Alone>>,
}

/// What one task parses.
#[derive(Default)]
struct Stretch {
    planned: AtomicBool,
    parsed: OnceLock<Parsed>,
}

struct Parsed {
    tape: Tape,
    states: Vec<State>,
}

#[derive(Clone, Copy)]
enum State {
    Unread,
    Refused,
    At(u32),
}

/// A message that its reader parsed, with the memory for the next one.
#[derive(Default)]
pub struct Alone {
    tape: Tape,
    index: usize,
    first: Option<u32>,
}

impl ReadAhead {
    /// Nothing parsed yet.
    pub fn new(batch: Arc<Batch>) -> Self {
        let (messages, bytes) = (batch.len().max(1), batch.bytes());
        let stride = (TASK_BYTES * messages / bytes.max(1)).clamp(1, messages);
        let worthwhile = bytes >= LEAST_BYTES && pool::threads() > 1;
        let stretches = if worthwhile { messages.div_ceil(stride) } else { 0 };
        Self {
            batch,
            stride,
            stretches: (0..stretches).map(|_| Stretch::default()).collect(),
            asked: AtomicUsize::new(0),
            first: AtomicUsize::new(usize::MAX),
            reached: AtomicUsize::new(0),
            last: Mutex::default(),
        }
    }

    /// Bytes of payload that message `index` has.
    pub fn size(&self, index: usize) -> usize {
        self.batch.payload(index).map_or(0, <[u8]>::len)
    }

    /// What is known of message `index`; plans what may be asked for next.
    pub fn ask(self: &Arc<Self>, index: usize) -> Found<'_> {
        let Some(source) = self.batch.payload(index) else { return Found::Null };
        self.plan(index);
        let Some(parsed) = self.stretches.get(index / self.stride).and_then(|stretch| stretch.parsed.get())
        else {
            return Found::Unread;
        };
        match parsed.states.get(index % self.stride) {
            Some(State::At(first)) => Found::Parsed(parsed.tape.document(*first, source)),
            Some(State::Refused) => Found::Refused,
            _ => Found::Unread,
        }
    }

    /// Parses message `index` here and now, unless it was the last one parsed in this way.
    pub fn parse(&self, index: usize) -> Alone {
        let mut alone = self.last.lock().take().unwrap_or(Alone { index: usize::MAX, ..Alone::default() });
        if alone.index != index {
            alone.tape.clear();
            alone.first = alone.tape.push(self.batch.payload(index).unwrap_or_default());
            alone.index = index;
        }
        alone
    }

    /// The document in `alone`; `None` where Ruby's parser must decide.
    pub fn document<'a>(&'a self, alone: &'a Alone) -> Option<Document<'a>> {
        Some(alone.tape.document(alone.first?, self.batch.payload(alone.index)?))
    }

    /// Takes back what [`ReadAhead::parse`] gave.
    pub fn keep(&self, alone: Alone) {
        *self.last.lock() = Some(alone);
    }

    /// Starts tasks for what comes behind `index`, if the reader seems to be on the way there: at least
    /// two messages, and half of those that it passed.
    fn plan(self: &Arc<Self>, index: usize) {
        let asked = self.asked.fetch_add(1, Relaxed) + 1;
        let first = self.first.fetch_min(index, Relaxed).min(index);
        let reached = self.reached.fetch_max(index, Relaxed).max(index);
        if self.stretches.is_empty() || asked < 2 || asked * 2 < reached - first + 1 {
            return;
        }
        let here = index / self.stride;
        let bound = AHEAD_BYTES * self.batch.len() / (self.batch.bytes() * self.stride).max(1);
        let until = ((index + asked * GROWTH) / self.stride).clamp(here + 1, here + bound.max(1));
        let Some(coming) = self.stretches.get(here + 1..self.stretches.len().min(until + 1)) else { return };
        // Backwards to what is planned: usually that is the last one.
        let new = coming.iter().rev().take_while(|stretch| !stretch.planned.swap(true, Relaxed)).count();
        for stretch in here + 1 + coming.len() - new..here + 1 + coming.len() {
            let task = Arc::clone(self);
            if let Some(pool) = pool::shared() {
                pool.spawn_fifo(move || task.work(stretch));
            }
        }
    }

    fn messages(&self, stretch: usize) -> Range<usize> {
        let begin = stretch * self.stride;
        begin..self.batch.len().min(begin + self.stride)
    }

    /// Parses one stretch. Runs on the pool.
    fn work(&self, stretch: usize) {
        let messages = self.messages(stretch);
        let (mut tape, mut states) = (Tape::default(), Vec::with_capacity(messages.len()));
        for index in messages {
            let late = index <= self.reached.load(Relaxed);
            states.push(match self.batch.payload(index) {
                Some(source) if !late => tape.push(source).map_or(State::Refused, State::At),
                _ => State::Unread,
            });
        }
        if let Some(stretch) = self.stretches.get(stretch) {
            // Planned once, so set once.
            let _ = stretch.parsed.set(Parsed { tape, states });
        }
    }
}

#[cfg(test)]
impl ReadAhead {
    /// Messages that were parsed ahead.
    pub(super) fn parsed(&self) -> usize {
        let states = self.stretches.iter().filter_map(|stretch| stretch.parsed.get());
        states.flat_map(|parsed| &parsed.states).filter(|state| !matches!(state, State::Unread)).count()
    }
}
