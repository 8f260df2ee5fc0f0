//! The payloads of one batch on their way to plaintext: many at once on the pool, or one by one.
//!
//! Each message has a slot, worked on by whoever comes first; a reader of one message never waits for the
//! others. What went wrong is kept in the slot and told to the reader of that very message. Taking a
//! plaintext empties its slot, so a payload lies in memory once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use super::error::{CipherError, Kind};
use super::opener::{Opener, Recent, Sealed};
use crate::batch::Batch;
use crate::locks::Mutex;
use crate::{pool, process};

/// Header with the key version.
const VERSION: &[u8] = b"encryption";
/// Header that marks an envelope.
const ENVELOPE: &[u8] = b"encryption_envelope";
/// Direct payloads from which handing a batch to the pool gains. Envelopes of 1 KiB take a microsecond each:
/// at no size up to 4 MiB were two busy cores clearly faster than one (`bin/bench cipher`).
const WORTHWHILE: usize = 8;
/// Envelopes that a thread of the pool takes at a time at least; direct payloads are taken singly.
const TURN: usize = 64;

enum Slot {
    /// Nobody has opened it, or its plaintext was taken.
    Sealed,
    Plain(Vec<u8>),
    Failed(CipherError),
}

/// The payloads of a batch.
pub struct Opened {
    opener: Arc<Opener>,
    batch: Arc<Batch>,
    accepted: Vec<String>,
    slots: Vec<Mutex<Slot>>,
    begun: AtomicBool,
    /// Slots may be locked for ever in a child of the process that this was made in.
    epoch: u32,
}

impl Opened {
    /// Nothing is opened yet. `accepted` are the topics that an envelope in `batch` may be bound to.
    pub fn new(opener: Arc<Opener>, batch: Arc<Batch>, accepted: Vec<String>) -> Self {
        let slots = (0..batch.len()).map(|_| Mutex::new(Slot::Sealed)).collect();
        Self { opener, batch, accepted, slots, begun: AtomicBool::new(false), epoch: process::epoch() }
    }

    /// Whether opening all at once is faster than one by one. True once: whoever got it calls
    /// [`Opened::open_all`].
    pub fn begin(&self, asked: bool) -> bool {
        if self.epoch != process::epoch() || self.begun.load(Ordering::Relaxed) {
            return false;
        }
        let gains = || self.slots.len() >= WORTHWHILE && pool::threads() > 1 && self.starts_direct();
        let begin = asked || gains();
        // A small batch is not looked at again.
        !self.begun.swap(true, Ordering::Relaxed) && begin
    }

    /// Whether the first encrypted payload is direct, so likely the others as well: an RSA operation each.
    fn starts_direct(&self) -> bool {
        let first = (0..self.slots.len()).find_map(|index| self.sealed(index)?.ok());
        first.is_some_and(|sealed| self.opener.is_direct(sealed))
    }

    /// Opens what is sealed, on all threads of the pool, until `stop` is set. Returns the bytes of
    /// plaintext that are kept from now on.
    pub fn open_all(&self, stop: &AtomicBool) -> usize {
        let now = Instant::now();
        let open = |recent: &mut Recent, index: usize| {
            if stop.load(Ordering::Relaxed) {
                return 0;
            }
            let mut slot = self.slots[index].lock();
            if matches!(*slot, Slot::Sealed) {
                *slot = self.work(index, recent, now);
            }
            if let Slot::Plain(plain) = &*slot {
                plain.len()
            } else {
                0
            }
        };
        match pool::shared() {
            Some(pool) => pool.install(|| {
                let turn = if self.starts_direct() { 1 } else { TURN };
                let indexes = (0..self.slots.len()).into_par_iter().with_min_len(turn);
                indexes.map_init(Recent::default, open).sum()
            }),
            None => {
                let mut recent = Recent::default();
                (0..self.slots.len()).map(|index| open(&mut recent, index)).sum()
            }
        }
    }

    /// The plaintext of message `index`; `None` where it is not encrypted. Opens it where nobody did.
    ///
    /// # Errors
    /// Why it cannot be opened, naming the record; the same at every call.
    pub fn take(&self, index: usize) -> Option<Result<Vec<u8>, CipherError>> {
        let now = Instant::now();
        if self.epoch != process::epoch() {
            return self.open(index, &mut Recent::default(), now);
        }
        let _ = self.sealed(index)?;
        let mut slot = self.slots.get(index)?.lock();
        match std::mem::replace(&mut *slot, Slot::Sealed) {
            Slot::Plain(plain) => Some(Ok(plain)),
            Slot::Failed(error) => {
                *slot = Slot::Failed(error.clone());
                Some(Err(error))
            }
            Slot::Sealed => {
                let opened = self.open(index, &mut Recent::default(), now)?;
                if let Err(error) = &opened {
                    *slot = Slot::Failed(error.clone());
                }
                Some(opened)
            }
        }
    }

    /// Whether [`Opened::take`] takes microseconds and waits for nobody.
    pub fn is_quick(&self, index: usize) -> bool {
        if self.epoch == process::epoch() {
            match self.slots.get(index).map(Mutex::try_lock) {
                Some(Some(slot)) if matches!(*slot, Slot::Sealed) => {}
                Some(Some(_)) => return true,
                _ => return false,
            }
        }
        match self.sealed(index) {
            Some(Ok(sealed)) => self.opener.is_quick(sealed, Instant::now()),
            _ => true,
        }
    }

    fn work(&self, index: usize, recent: &mut Recent, now: Instant) -> Slot {
        match self.open(index, recent, now) {
            Some(Ok(plain)) => Slot::Plain(plain),
            Some(Err(error)) => Slot::Failed(error),
            None => Slot::Sealed,
        }
    }

    fn open(&self, index: usize, recent: &mut Recent, now: Instant) -> Option<Result<Vec<u8>, CipherError>> {
        let opened =
            self.sealed(index)?.and_then(|sealed| self.opener.open(sealed, &self.accepted, recent, now));
        Some(opened.map_err(|error| self.placed(error, index)))
    }

    /// What a record says about its payload; `None` where that is no ciphertext.
    fn sealed(&self, index: usize) -> Option<Result<Sealed<'_>, CipherError>> {
        let payload = self.batch.payload(index)?;
        let (mut version, mut envelope) = (None, false);
        for (name, value) in self.batch.headers(index) {
            if name == VERSION && version.replace(value.unwrap_or_default()).is_some() {
                return Some(Err(twice()));
            }
            envelope |= name == ENVELOPE;
        }
        version.map(|version| Ok(Sealed { payload, version, envelope }))
    }

    fn placed(&self, error: CipherError, index: usize) -> CipherError {
        let offset = self.batch.offset(index).unwrap_or_default();
        error.at(self.batch.topic(), self.batch.partition(), offset)
    }
}

/// A record that says twice how it is encrypted.
fn twice() -> CipherError {
    Kind::Decryption("the record carries its `encryption` header more than once").into()
}
