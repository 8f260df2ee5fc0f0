//! A message of librdkafka's, as its calls hand it out.

use std::ffi::CStr;

use rdkafka_sys as sys;
use sys::rd_kafka_resp_err_t as code;

use super::aside::{Key, Message};

/// What librdkafka keeps beside the bytes of a message (an `rd_kafka_op_t`), about.
const OVERHEAD: usize = 512;

/// Ours until it is destroyed: a pointer, as the native calls write it.
#[repr(transparent)]
pub(super) struct Fetched(*mut sys::rd_kafka_message_t);

// SAFETY: librdkafka's messages may be read and destroyed by any thread.
unsafe impl Send for Fetched {}

impl Fetched {
    pub(super) fn as_ptr(&self) -> *mut sys::rd_kafka_message_t {
        self.0
    }

    fn read(&self) -> &sys::rd_kafka_message_t {
        // SAFETY: live as long as `self`.
        unsafe { &*self.0 }
    }
}

impl Message for Fetched {
    fn is_of(&self, (topic, partition): &Key) -> bool {
        let message = self.read();
        if message.partition != *partition || message.rkt.is_null() {
            return false;
        }
        // SAFETY: the topic's handle and its name live as long as the message.
        let name = unsafe { CStr::from_ptr(sys::rd_kafka_topic_name(message.rkt)) };
        name.to_bytes() == topic.as_bytes()
    }

    fn is_of_the_log(&self) -> bool {
        self.read().err == code::RD_KAFKA_RESP_ERR_NO_ERROR || self.is_end()
    }

    fn is_end(&self) -> bool {
        self.read().err == code::RD_KAFKA_RESP_ERR__PARTITION_EOF
    }

    fn offset(&self) -> i64 {
        self.read().offset
    }

    fn bytes(&self) -> usize {
        let message = self.read();
        message.len + message.key_len + OVERHEAD
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        // SAFETY: owned, and destroyed once.
        unsafe { sys::rd_kafka_message_destroy(self.0) };
    }
}
