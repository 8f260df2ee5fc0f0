//! What librdkafka has to say outside of messages, copied out of its event queue.

use rdkafka_sys as sys;

use super::handle::Handle;
use crate::error::{text, KafkaError};

/// A value of the main queue. Delivery reports have their own type in `producer`.
#[derive(Debug, Clone)]
pub enum Event {
    /// The statistics document, raw JSON.
    Statistics(String),
    /// An error of the whole client; fatal ones are already resolved to their real code.
    Error(KafkaError),
    /// The broker wants a new OAUTHBEARER token; the value is `sasl.oauthbearer.config`.
    TokenRefresh(Option<String>),
    /// A line of librdkafka's own log.
    Log {
        /// Syslog level, 0 (emergency) to 7 (debug).
        level: i32,
        /// librdkafka's short tag of the place.
        facility: String,
        /// The text.
        message: String,
    },
}

impl Event {
    /// Copies a native event; `None` for kinds that nobody waits for.
    ///
    /// # Safety
    /// `event` is a live event of `handle`; the caller destroys it afterwards.
    pub(crate) unsafe fn copy(handle: &Handle, event: *mut sys::rd_kafka_event_t) -> Option<Self> {
        // SAFETY: the caller's promise covers every accessor below; texts are copied at once.
        unsafe {
            match sys::rd_kafka_event_type(event) {
                sys::RD_KAFKA_EVENT_STATS => text(sys::rd_kafka_event_stats(event)).map(Self::Statistics),
                sys::RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH => {
                    Some(Self::TokenRefresh(text(sys::rd_kafka_event_config_string(event))))
                }
                sys::RD_KAFKA_EVENT_ERROR => Some(Self::Error(Self::error(handle, event))),
                sys::RD_KAFKA_EVENT_LOG => Self::log(event),
                _ => None,
            }
        }
    }

    /// # Safety
    /// As [`Event::copy`].
    unsafe fn error(handle: &Handle, event: *mut sys::rd_kafka_event_t) -> KafkaError {
        // SAFETY: the caller's promise.
        let (code, message) = unsafe {
            (sys::rd_kafka_event_error(event) as i32, text(sys::rd_kafka_event_error_string(event)))
        };
        // librdkafka may tell the code behind a fatal error without saying that it is one.
        match handle.fatal_error() {
            Some(fatal) if fatal.code == code => fatal,
            _ => handle.resolve_fatal(KafkaError { broker_message: message, ..KafkaError::of(code) }),
        }
    }

    /// # Safety
    /// As [`Event::copy`].
    unsafe fn log(event: *mut sys::rd_kafka_event_t) -> Option<Self> {
        let (mut facility, mut message, mut level) = (std::ptr::null(), std::ptr::null(), 0);
        // SAFETY: the caller's promise; out parameters are valid.
        let read = unsafe { sys::rd_kafka_event_log(event, &mut facility, &mut message, &mut level) };
        (read == 0).then(|| Self::Log {
            level,
            facility: text(facility).unwrap_or_default(),
            message: text(message).unwrap_or_default(),
        })
    }
}
