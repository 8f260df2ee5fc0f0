//! Single messages as plain values, for readers that look at few of them.

use rdkafka_sys as sys;

use crate::error::{text, EngineError, KafkaError};

/// One message, copied out of librdkafka.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The topic's name.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Milliseconds since the epoch, if the message has a time.
    pub timestamp: Option<i64>,
    /// The key's bytes.
    pub key: Option<Vec<u8>>,
    /// The payload's bytes; `None` for a tombstone.
    pub payload: Option<Vec<u8>>,
    /// Headers in their order, names as their bytes; names may repeat.
    pub headers: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// The leader epoch of the record (KIP-320), if known.
    pub leader_epoch: Option<i32>,
}

/// What one poll of a reader may bring.
#[derive(Debug, Clone)]
pub enum Polled {
    /// A message.
    Record(Record),
    /// The partition has nothing more for now; the next message will have this offset.
    EndOfPartition {
        /// The topic's name.
        topic: String,
        /// The partition.
        partition: i32,
        /// Where the partition ends.
        offset: i64,
    },
    /// The client or a partition failed.
    Failed(EngineError),
}

impl Polled {
    /// Copies a native message.
    ///
    /// # Safety
    /// `message` is a live message of the caller, who destroys it afterwards.
    pub(super) unsafe fn copy(message: &sys::rd_kafka_message_t) -> Self {
        const END: i32 = sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__PARTITION_EOF as i32;
        let topic = if message.rkt.is_null() {
            String::new()
        } else {
            // SAFETY: a live topic of a live message.
            text(unsafe { sys::rd_kafka_topic_name(message.rkt) }).unwrap_or_default()
        };
        match message.err as i32 {
            // SAFETY: the caller's promise.
            0 => Self::Record(unsafe { Record::copy(topic, message) }),
            END => Self::EndOfPartition { topic, partition: message.partition, offset: message.offset },
            // SAFETY: the caller's promise.
            code => Self::Failed(unsafe { failure(code, &topic, message) }.into()),
        }
    }
}

/// # Safety
/// As [`Polled::copy`].
unsafe fn failure(code: i32, topic: &str, message: &sys::rd_kafka_message_t) -> KafkaError {
    // SAFETY: librdkafka stores the error's text as payload, or none.
    let text = unsafe { bytes(message.payload, message.len) };
    let error = KafkaError {
        broker_message: text.map(|text| String::from_utf8_lossy(&text).into_owned()),
        ..KafkaError::of(code)
    };
    if topic.is_empty() {
        error
    } else {
        error.at(topic, message.partition)
    }
}

impl Record {
    /// # Safety
    /// As [`Polled::copy`].
    unsafe fn copy(topic: String, message: &sys::rd_kafka_message_t) -> Self {
        let mut kind = sys::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        // SAFETY: a live message; buffers are copied at once.
        unsafe {
            let timestamp = sys::rd_kafka_message_timestamp(message, &mut kind);
            let epoch = sys::rd_kafka_message_leader_epoch(message);
            Self {
                topic,
                partition: message.partition,
                offset: message.offset,
                timestamp: (timestamp >= 0).then_some(timestamp),
                key: bytes(message.key, message.key_len),
                payload: bytes(message.payload, message.len),
                headers: headers(message),
                leader_epoch: (epoch >= 0).then_some(epoch),
            }
        }
    }
}

/// # Safety
/// `start` is null or points to `length` bytes.
unsafe fn bytes(start: *const std::ffi::c_void, length: usize) -> Option<Vec<u8>> {
    // SAFETY: the caller's promise.
    (!start.is_null()).then(|| unsafe { std::slice::from_raw_parts(start.cast::<u8>(), length) }.to_vec())
}

/// # Safety
/// `message` is live.
unsafe fn headers(message: &sys::rd_kafka_message_t) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let mut native = std::ptr::null_mut();
    // SAFETY: a live message and a valid out parameter; the headers stay the message's.
    if unsafe { sys::rd_kafka_message_headers(message, &mut native) } as i32 != 0 {
        return Vec::new();
    }
    let mut read = Vec::new();
    let (mut name, mut value, mut size) = (std::ptr::null(), std::ptr::null(), 0);
    // SAFETY: live headers, valid out parameters; an index past the end is answered with an error.
    unsafe {
        while sys::rd_kafka_header_get_all(native, read.len(), &mut name, &mut value, &mut size) as i32 == 0 {
            let name = std::ffi::CStr::from_ptr(name).to_bytes().to_vec();
            read.push((name, bytes(value, size)));
        }
    }
    read
}
