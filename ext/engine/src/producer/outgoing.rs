//! A message on its way to librdkafka: borrowed, as librdkafka copies what it takes.

use std::ptr::NonNull;

use rdkafka_sys as sys;

use super::Partitioner;
use crate::error::{check, EngineError};

/// What to send. `None` and empty differ for payload and key: a null payload is a tombstone.
#[derive(Default)]
pub struct Outgoing<'a> {
    /// The value, or a tombstone.
    pub payload: Option<&'a [u8]>,
    /// The key.
    pub key: Option<&'a [u8]>,
    /// Milliseconds since the epoch; librdkafka takes the current time if there is none.
    pub timestamp: Option<i64>,
    /// Headers in their order.
    pub headers: Option<Headers>,
    /// How the partition is found.
    pub placement: Placement<'a>,
}

/// How the partition of a message is found.
#[derive(Default, Clone, Copy)]
pub enum Placement<'a> {
    /// librdkafka chooses by the message's key.
    #[default]
    ByKey,
    /// This one.
    Partition(i32),
    /// The partition of a key of its own, where the topic's count is known; else as `otherwise`.
    PartitionKey {
        /// The bytes to hash.
        key: &'a [u8],
        /// The hash.
        partitioner: Partitioner,
        /// The explicit partition; -1 if there is none.
        otherwise: i32,
    },
}

/// Owned native headers.
pub struct Headers(NonNull<sys::rd_kafka_headers_t>);

impl Headers {
    /// No headers yet; room for `count`.
    ///
    /// # Errors
    /// [`EngineError::Argument`] without memory.
    pub fn with_capacity(count: usize) -> Result<Self, EngineError> {
        // SAFETY: allocates.
        NonNull::new(unsafe { sys::rd_kafka_headers_new(count.min(1024)) })
            .map(Self)
            .ok_or_else(|| EngineError::Argument("no memory for headers".to_owned()))
    }

    /// Adds one; a name may come again.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] if librdkafka refuses it.
    pub fn add(&mut self, name: &[u8], value: Option<&[u8]>) -> Result<(), EngineError> {
        let (bytes, size) = value.map_or((std::ptr::null(), 0), |value| (value.as_ptr(), value.len()));
        // SAFETY: live headers; name and value are copied, and their sizes go along.
        let code = unsafe {
            sys::rd_kafka_header_add(
                self.0.as_ptr(),
                name.as_ptr().cast(),
                isize::try_from(name.len()).unwrap_or(0),
                bytes.cast(),
                isize::try_from(size).unwrap_or(0),
            )
        };
        check(code, "adding a header")
    }

    pub(super) fn as_ptr(&self) -> *mut sys::rd_kafka_headers_t {
        self.0.as_ptr()
    }
}

impl Drop for Headers {
    fn drop(&mut self) {
        // SAFETY: owned; the hand-over forgets the value when librdkafka took the headers.
        unsafe { sys::rd_kafka_headers_destroy(self.0.as_ptr()) };
    }
}
