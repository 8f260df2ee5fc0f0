//! Copying what a poll brings into an arena.

use std::sync::Arc;

use rdkafka_sys as sys;

use super::arena::{Arena, ArenaPool, Entry, Span};
use super::{Batch, Shared};

/// Bytes of a message's part; `None` is Kafka's null.
type Bytes<'a> = Option<&'a [u8]>;

/// A batch that a poll is filling. Owner: the polling thread.
pub struct Builder {
    topic: Arc<str>,
    partition: i32,
    arena: Arena,
    pool: ArenaPool,
}

impl Builder {
    /// An empty builder on an arena of `pool`, which gets it back from the batch.
    pub fn new(topic: Arc<str>, partition: i32, pool: ArenaPool) -> Self {
        Self { topic, partition, arena: pool.take(), pool }
    }

    /// The topic's name.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// The partition.
    pub fn partition(&self) -> i32 {
        self.partition
    }

    /// Number of messages so far.
    pub fn len(&self) -> usize {
        self.arena.entries.len()
    }

    /// Whether nothing came yet.
    pub fn is_empty(&self) -> bool {
        self.arena.entries.is_empty()
    }

    /// Offset and leader epoch of the first message.
    pub fn first(&self) -> Option<(i64, Option<i32>)> {
        self.arena.entries.first().map(|entry| (entry.offset, entry.leader_epoch))
    }

    /// Adds one message without librdkafka, for specs and benches: offset, payload, key and headers. One
    /// whose offset does not ascend is left out.
    pub fn append(
        &mut self,
        offset: i64,
        payload: Bytes<'_>,
        key: Bytes<'_>,
        headers: &[(&[u8], Bytes<'_>)],
    ) {
        if !self.ascends(offset) {
            return;
        }
        let first = self.arena.headers.len();
        for (name, value) in headers {
            let header = (self.keep(Some(name)), self.keep(*value));
            self.arena.headers.push(header);
        }
        let (payload, key) = (self.keep(payload), self.keep(key));
        let headers = (first as u32, headers.len() as u32);
        self.arena.entries.push(Entry { offset, timestamp: None, leader_epoch: None, payload, key, headers });
    }

    fn ascends(&self, offset: i64) -> bool {
        self.arena.entries.last().is_none_or(|last| last.offset < offset)
    }

    fn keep(&mut self, bytes: Bytes<'_>) -> Span {
        let bytes = bytes?;
        let start = self.arena.bytes.len();
        self.arena.bytes.extend_from_slice(bytes);
        // Kafka's lengths are signed 32-bit, so this never cuts.
        Some((start, u32::try_from(bytes.len()).unwrap_or(u32::MAX)))
    }

    /// Copies one message; an offset that does not ascend (a repeated fetch after a reassignment
    /// inside one poll) is left out.
    ///
    /// # Safety
    /// `message` is a live message without error, not used by another thread.
    pub unsafe fn push(&mut self, message: *mut sys::rd_kafka_message_t) {
        // SAFETY: the caller's promise; payload and key pointers belong to the message and are copied.
        unsafe {
            let fetched = &*message;
            if !self.ascends(fetched.offset) {
                return;
            }
            let payload = self.copy(fetched.payload.cast(), fetched.len);
            let key = self.copy(fetched.key.cast(), fetched.key_len);
            let (timestamp, leader_epoch) =
                (Self::timestamp(message), sys::rd_kafka_message_leader_epoch(message));
            let headers =
                if Self::lacks_headers(fetched, leader_epoch) { (0, 0) } else { self.copy_headers(message) };
            self.arena.entries.push(Entry {
                offset: fetched.offset,
                timestamp,
                leader_epoch: (leader_epoch >= 0).then_some(leader_epoch),
                payload,
                key,
                headers,
            });
        }
    }

    /// # Safety
    /// As [`Builder::push`].
    unsafe fn timestamp(message: *const sys::rd_kafka_message_t) -> Option<i64> {
        let mut kind = sys::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        // SAFETY: the caller's promise; the out parameter is valid.
        let timestamp = unsafe { sys::rd_kafka_message_timestamp(message, &mut kind) };
        (kind != sys::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && timestamp >= 0)
            .then_some(timestamp)
    }

    /// Whether a message surely has no headers, without librdkafka's parser, which allocates for each
    /// message that is asked. A record of format v2 (KIP-98; the only one with a leader epoch) ends with
    /// the number of its headers right behind its value, as a varint, and librdkafka hands out values in
    /// place; an empty value is not in place, and an unsure answer is false.
    ///
    /// # Safety
    /// `fetched` is a live fetched message and `leader_epoch` its leader epoch.
    unsafe fn lacks_headers(fetched: &sys::rd_kafka_message_t, leader_epoch: i32) -> bool {
        leader_epoch >= 0
            && fetched.len > 0
            && !fetched.payload.is_null()
            // SAFETY: see above: the byte belongs to the same record.
            && unsafe { *fetched.payload.cast::<u8>().add(fetched.len) } == 0
    }

    /// # Safety
    /// `source` is null or points to `length` readable bytes.
    unsafe fn copy(&mut self, source: *const u8, length: usize) -> Span {
        if source.is_null() {
            return None;
        }
        // SAFETY: the caller's promise.
        self.keep(Some(unsafe { std::slice::from_raw_parts(source, length) }))
    }

    /// # Safety
    /// As [`Builder::push`].
    unsafe fn copy_headers(&mut self, message: *const sys::rd_kafka_message_t) -> (u32, u32) {
        let first = self.arena.headers.len();
        let mut list = std::ptr::null_mut();
        // SAFETY: the caller's promise; the list stays the message's; names and values are copied.
        unsafe {
            if sys::rd_kafka_message_headers(message, &mut list) as i32 != 0 {
                return (0, 0);
            }
            let (mut name, mut value, mut size) = (std::ptr::null(), std::ptr::null(), 0);
            while sys::rd_kafka_header_get_all(
                list,
                self.arena.headers.len() - first,
                &mut name,
                &mut value,
                &mut size,
            ) as i32
                == 0
            {
                let name = self.copy(name.cast(), libc::strlen(name));
                let value = self.copy(value.cast(), size);
                self.arena.headers.push((name, value));
            }
        }
        (first as u32, (self.arena.headers.len() - first) as u32)
    }

    /// The finished batch. `received_at` is in milliseconds since the epoch.
    pub fn finish(self, received_at: i64) -> Batch {
        self.pool.expect(&self.arena);
        Batch::whole(Shared {
            topic: self.topic,
            partition: self.partition,
            arena: self.arena,
            pool: self.pool,
            received_at,
        })
    }
}
