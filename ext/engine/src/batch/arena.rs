//! The memory of batches, and its reuse. Owner: the batch's count; a poll's builder before that.

use std::sync::Arc;

use crate::locks::Mutex;

/// Bytes inside the arena; `None` stands for Kafka's null, which differs from empty.
pub(super) type Span = Option<(usize, u32)>;

pub(super) struct Entry {
    pub(super) offset: i64,
    /// Milliseconds since the epoch; `None` where the broker gave no timestamp.
    pub(super) timestamp: Option<i64>,
    /// `None` before message format 2 (KIP-320).
    pub(super) leader_epoch: Option<i32>,
    pub(super) payload: Span,
    pub(super) key: Span,
    /// First header and their number in `Arena::headers`.
    pub(super) headers: (u32, u32),
}

/// The memory of one batch.
#[derive(Default)]
pub(super) struct Arena {
    pub(super) bytes: Vec<u8>,
    pub(super) entries: Vec<Entry>,
    pub(super) headers: Vec<(Span, Span)>,
}

/// Arenas of batches that are gone, for those to come: fresh memory costs a page fault every 4 KB and
/// growing copies, which at full speed is more than the copy into it.
#[derive(Clone, Default)]
pub struct ArenaPool(Arc<Mutex<Pooled>>);

#[derive(Default)]
struct Pooled {
    arenas: Vec<Arena>,
    /// Bytes of all of them.
    bytes: usize,
    /// What the last batch needed: bytes, messages.
    hint: (usize, usize),
}

impl ArenaPool {
    /// Bounds of what is kept, in bytes. Together: as many small batches as die in one run of Ruby's
    /// collector.
    const POOL_BYTES: usize = 32 * 1024 * 1024;
    const ARENA_BYTES: usize = 512 * 1024;

    pub(super) fn take(&self) -> Arena {
        let mut pooled = self.0.lock();
        if let Some(arena) = pooled.arenas.pop() {
            pooled.bytes -= arena.memory();
            return arena;
        }
        let (bytes, messages) = pooled.hint;
        drop(pooled);
        Arena { bytes: Vec::with_capacity(bytes), entries: Vec::with_capacity(messages), headers: Vec::new() }
    }

    /// A batch of this size was made: the next is likely as large.
    pub(super) fn expect(&self, arena: &Arena) {
        self.0.lock().hint = (arena.bytes.len(), arena.entries.len());
    }

    pub(super) fn give(&self, mut arena: Arena) {
        if arena.memory() > Self::ARENA_BYTES {
            return;
        }
        arena.bytes.clear();
        arena.entries.clear();
        arena.headers.clear();
        let mut pooled = self.0.lock();
        if pooled.bytes + arena.memory() <= Self::POOL_BYTES {
            pooled.bytes += arena.memory();
            pooled.arenas.push(arena);
        }
    }
}

impl Arena {
    /// The bytes of a span; `None` for Kafka's null.
    pub(super) fn slice(&self, span: Span) -> Option<&[u8]> {
        let (start, length) = span?;
        self.bytes.get(start..start + length as usize)
    }

    pub(super) fn memory(&self) -> usize {
        self.bytes.capacity()
            + self.entries.capacity() * std::mem::size_of::<Entry>()
            + self.headers.capacity() * std::mem::size_of::<(Span, Span)>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arena(bytes: usize) -> Arena {
        Arena { bytes: Vec::with_capacity(bytes), ..Arena::default() }
    }

    #[test]
    fn an_arena_that_is_given_back_is_the_next_one_and_empty() {
        let pool = ArenaPool::default();
        let mut given = arena(1_000);
        given.bytes.extend_from_slice(b"old");
        pool.give(given);
        let taken = pool.take();
        assert_eq!((taken.bytes.len(), taken.bytes.capacity()), (0, 1_000));
        assert_eq!(pool.take().bytes.capacity(), 0, "there is no second one");
    }

    #[test]
    fn what_is_kept_is_bounded_in_bytes_however_small_the_arenas_are() {
        let size = ArenaPool::ARENA_BYTES / 16;
        let pool = ArenaPool::default();
        let give_all = || (0..2 * ArenaPool::POOL_BYTES / size).for_each(|_| pool.give(arena(size)));
        for _ in 0..2 {
            give_all();
            assert_eq!(pool.0.lock().arenas.len(), ArenaPool::POOL_BYTES / size);
        }
        while pool.take().memory() > 0 {}
        assert_eq!(pool.0.lock().bytes, 0);
    }

    #[test]
    fn a_large_arena_is_not_kept() {
        let pool = ArenaPool::default();
        pool.give(arena(ArenaPool::ARENA_BYTES + 1));
        assert!(pool.0.lock().arenas.is_empty());
    }
}
