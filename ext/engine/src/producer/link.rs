//! One native client of a producer, with the topics it was used for.

use std::collections::HashMap;
use std::ffi::CString;
use std::os::raw::c_void;
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Duration;

use rdkafka_sys as sys;

use super::client::TopicSettings;
use super::poller::Signal;
use super::{Delivery, Outgoing};
use crate::client::{Handle, Kind, Queue, Settings};
use crate::error::{EngineError, KafkaError};
use crate::locks::Mutex;

/// An owned topic of one client. Keeps no count on the client: the link drops its topics first.
pub struct Topic {
    native: NonNull<sys::rd_kafka_topic_t>,
    name: Arc<str>,
    settings: TopicSettings,
}

// SAFETY: librdkafka's topics are counted and locked inside.
unsafe impl Send for Topic {}
// SAFETY: as above.
unsafe impl Sync for Topic {}

/// A native client. Field order is drop order: topics, then the client, then what it calls.
pub(super) struct Link {
    topics: Mutex<HashMap<Box<str>, Arc<Topic>>>,
    pub(super) handle: Handle,
    signal: Mutex<Option<Arc<Signal>>>,
}

impl Topic {
    /// The native pointer, valid while the client lives.
    pub(super) fn as_ptr(&self) -> *mut sys::rd_kafka_topic_t {
        self.native.as_ptr()
    }

    /// Whether it was made without settings of its own.
    pub(super) fn is_plain(&self) -> bool {
        self.settings.is_empty()
    }

    /// Its name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }
}

impl Drop for Topic {
    fn drop(&mut self) {
        // SAFETY: owned; the link never outlives a fork's parent alive (the binding forgets it).
        unsafe { sys::rd_kafka_topic_destroy(self.native.as_ptr()) };
    }
}

impl Link {
    /// # Errors
    /// What [`Handle::create`] answers.
    pub(super) fn open(settings: &Settings) -> Result<Self, EngineError> {
        let handle = Handle::create(Kind::Producer, settings, |configuration| {
            // SAFETY: a live configuration; reports become events, so no callback exists.
            unsafe {
                sys::rd_kafka_conf_set_events(configuration, Handle::EVENTS | sys::RD_KAFKA_EVENT_DR);
            }
        })?;
        Ok(Self { topics: Mutex::default(), handle, signal: Mutex::default() })
    }

    /// The topic as it was first used here, if it was.
    pub(super) fn known(&self, name: &str) -> Option<Arc<Topic>> {
        self.topics.lock().get(name).cloned()
    }

    /// The topic with these settings, if it is new here or was used with the same before.
    ///
    /// # Errors
    /// [`EngineError::Setting`] for settings that librdkafka refuses, [`EngineError::TopicHandle`] if it
    /// makes no topic of them.
    pub(super) fn topic(
        &self,
        name: &str,
        settings: &TopicSettings,
    ) -> Result<Option<Arc<Topic>>, EngineError> {
        let mut topics = self.topics.lock();
        if let Some(topic) = topics.get(name) {
            return Ok((topic.settings == *settings).then(|| Arc::clone(topic)));
        }
        let topic = Arc::new(self.make(name, settings)?);
        topics.insert(Box::from(name), Arc::clone(&topic));
        Ok(Some(topic))
    }

    fn make(&self, name: &str, settings: &TopicSettings) -> Result<Topic, EngineError> {
        let native_name = crate::client::c_text("topic name", name)?;
        let configuration = settings.to_native(&self.handle)?;
        // SAFETY: a live client and name; the configuration is consumed in either case.
        let native =
            unsafe { sys::rd_kafka_topic_new(self.handle.as_ptr(), native_name.as_ptr(), configuration) };
        let native = NonNull::new(native).ok_or_else(|| {
            // SAFETY: the thread's own last error, set by the call above.
            let code = unsafe { sys::rd_kafka_last_error() } as i32;
            EngineError::TopicHandle(format!("no handle for topic {name:?}: {}", KafkaError::of(code)))
        })?;
        Ok(Topic { native, name: Arc::from(name), settings: settings.clone() })
    }

    /// Hands one message over; `delivery` gets its report through the queue, unless this fails.
    ///
    /// # Errors
    /// The code of the refusal, fatal ones resolved; nothing was enqueued and no report will come.
    pub(super) fn send(
        &self,
        topic: &Topic,
        message: Outgoing<'_>,
        partition: i32,
        delivery: &Arc<Delivery>,
    ) -> Result<(), Box<KafkaError>> {
        let opaque = delivery.lend();
        let sent = if message.headers.is_none() && message.timestamp.is_none() {
            self.send_plain(topic, &message, partition, opaque)
        } else {
            self.send_full(topic, message, partition, opaque)
        };
        sent.map_err(|code| {
            // SAFETY: the hand-over failed, so librdkafka does not keep the count lent above.
            drop(unsafe { Delivery::reclaim(opaque) });
            Box::new(self.handle.resolve_fatal(KafkaError::of(code)))
        })
    }

    fn send_plain(
        &self,
        topic: &Topic,
        message: &Outgoing<'_>,
        partition: i32,
        opaque: *mut c_void,
    ) -> Result<(), i32> {
        let (payload, payload_size) = raw(message.payload);
        let (key, key_size) = raw(message.key);
        // SAFETY: a live topic; payload and key are copied within the call.
        let refused = unsafe {
            sys::rd_kafka_produce(
                topic.as_ptr(),
                partition,
                sys::RD_KAFKA_MSG_F_COPY,
                payload,
                payload_size,
                key,
                key_size,
                opaque,
            )
        };
        if refused == 0 {
            return Ok(());
        }
        // SAFETY: the thread's own last error, set by the call above.
        Err(unsafe { sys::rd_kafka_last_error() } as i32)
    }

    fn send_full(
        &self,
        topic: &Topic,
        message: Outgoing<'_>,
        partition: i32,
        opaque: *mut c_void,
    ) -> Result<(), i32> {
        use sys::rd_kafka_vtype_t as kind;
        let (payload, payload_size) = raw(message.payload);
        let (key, key_size) = raw(message.key);
        let mut values = vec![
            value(kind::RD_KAFKA_VTYPE_RKT, |to| to.rkt = topic.as_ptr()),
            value(kind::RD_KAFKA_VTYPE_PARTITION, |to| to.i32_ = partition),
            value(kind::RD_KAFKA_VTYPE_MSGFLAGS, |to| to.i = sys::RD_KAFKA_MSG_F_COPY),
            value(kind::RD_KAFKA_VTYPE_VALUE, |to| to.mem = memory(payload, payload_size)),
            value(kind::RD_KAFKA_VTYPE_KEY, |to| to.mem = memory(key, key_size)),
            value(kind::RD_KAFKA_VTYPE_OPAQUE, |to| to.ptr = opaque),
        ];
        if let Some(timestamp) = message.timestamp {
            values.push(value(kind::RD_KAFKA_VTYPE_TIMESTAMP, |to| to.i64_ = timestamp));
        }
        if let Some(headers) = &message.headers {
            values.push(value(kind::RD_KAFKA_VTYPE_HEADERS, |to| to.headers = headers.as_ptr()));
        }
        // SAFETY: a live client; everything pointed to lives through the call; the error is ours.
        let refused = unsafe {
            KafkaError::take(sys::rd_kafka_produceva(self.handle.as_ptr(), values.as_ptr(), values.len()))
        };
        match refused {
            Some(error) => Err(error.code),
            None => {
                // librdkafka owns the headers of a message it took.
                std::mem::forget(message.headers);
                Ok(())
            }
        }
    }

    /// Asks the cluster how many partitions a topic has; -1 if it does not know the topic.
    ///
    /// # Errors
    /// [`EngineError::Kafka`]: no broker within `timeout`, a name that the broker refuses.
    pub(super) fn query_count(&self, topic: &Topic, timeout: Duration) -> Result<i32, EngineError> {
        const UNKNOWN: i32 = sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART as i32;
        const NO_LEADER: i32 = sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE as i32;
        let mut metadata = std::ptr::null();
        let milliseconds = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: a live client and topic; the answer is ours to destroy.
        let code = unsafe {
            sys::rd_kafka_metadata(self.handle.as_ptr(), 0, topic.as_ptr(), &mut metadata, milliseconds)
        };
        crate::error::check(code, "asking for the partitions of a topic")?;
        // SAFETY: success means a live answer, with as many topics as it says.
        let (code, count) = unsafe {
            let found = if (*metadata).topic_cnt > 0 {
                let first = &*(*metadata).topics;
                (first.err as i32, first.partition_cnt)
            } else {
                (UNKNOWN, 0)
            };
            sys::rd_kafka_metadata_destroy(metadata);
            found
        };
        match code {
            0 | NO_LEADER if count > 0 => Ok(count),
            0 | NO_LEADER | UNKNOWN => Ok(-1),
            code => Err(KafkaError::of(code).during("asking for the partitions of a topic").into()),
        }
    }

    /// Has `signal` raised whenever something arrives; keeps it until the client is gone.
    pub(super) fn attach(&self, signal: &Arc<Signal>) {
        *self.signal.lock() = Some(Arc::clone(signal));
        let opaque = Arc::as_ptr(signal).cast_mut().cast::<c_void>();
        // SAFETY: the signal is kept by `self`, whose client is destroyed before that field.
        unsafe {
            sys::rd_kafka_queue_cb_event_enable(self.queue().as_ptr(), Some(Signal::arrived), opaque);
        }
        signal.raise();
    }

    /// Stops raising a signal.
    pub(super) fn detach(&self) {
        // SAFETY: a live queue; librdkafka holds its lock while it calls, so no call is under way after.
        unsafe {
            sys::rd_kafka_queue_cb_event_enable(self.queue().as_ptr(), None, std::ptr::null_mut());
        }
        *self.signal.lock() = None;
    }

    pub(super) fn queue(&self) -> &Queue {
        self.handle.main_queue()
    }

    /// Messages and events that are still to be dealt with.
    pub(super) fn outstanding(&self) -> usize {
        // SAFETY: a live client.
        usize::try_from(unsafe { sys::rd_kafka_outq_len(self.handle.as_ptr()) }).unwrap_or(0)
    }

    /// Waits until no message is left. Somebody else must drain the queue meanwhile.
    pub(super) fn flush(&self, timeout: Duration) -> bool {
        let milliseconds = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: a live client.
        unsafe { sys::rd_kafka_flush(self.handle.as_ptr(), milliseconds) as i32 == 0 }
    }

    /// Fails every message that is queued or in flight.
    pub(super) fn purge(&self) {
        let everything = sys::RD_KAFKA_PURGE_F_QUEUE | sys::RD_KAFKA_PURGE_F_INFLIGHT;
        // SAFETY: a live client; the failures arrive as reports.
        unsafe { sys::rd_kafka_purge(self.handle.as_ptr(), everything) };
    }
}

impl TopicSettings {
    /// A native topic configuration, or null where there is nothing to set.
    fn to_native(&self, handle: &Handle) -> Result<*mut sys::rd_kafka_topic_conf_t, EngineError> {
        if self.is_empty() {
            return Ok(std::ptr::null_mut());
        }
        // SAFETY: a live client; the copy is destroyed below on failure, else consumed by the caller.
        let native = unsafe { sys::rd_kafka_default_topic_conf_dup(handle.as_ptr()) };
        for (name, value) in self.iter() {
            if let Err(error) = set(native, name, value) {
                // SAFETY: still ours.
                unsafe { sys::rd_kafka_topic_conf_destroy(native) };
                return Err(error);
            }
        }
        Ok(native)
    }
}

fn set(native: *mut sys::rd_kafka_topic_conf_t, name: &str, value: &str) -> Result<(), EngineError> {
    let text = |what: &str| {
        CString::new(what).map_err(|_| EngineError::Setting(format!("{name}: a NUL byte is not allowed")))
    };
    let (name_text, value_text) = (text(name)?, text(value)?);
    let mut reason = [0 as std::os::raw::c_char; 512];
    // SAFETY: all pointers live through the call; the buffer's size goes along.
    let result = unsafe {
        sys::rd_kafka_topic_conf_set(
            native,
            name_text.as_ptr(),
            value_text.as_ptr(),
            reason.as_mut_ptr(),
            reason.len(),
        )
    };
    if result == sys::rd_kafka_conf_res_t::RD_KAFKA_CONF_OK {
        return Ok(());
    }
    Err(EngineError::Setting(crate::error::text(reason.as_ptr()).unwrap_or_default()))
}

/// Pointer and size as librdkafka wants them: null for `None`, never null for empty.
fn raw(bytes: Option<&[u8]>) -> (*mut c_void, usize) {
    bytes.map_or((std::ptr::null_mut(), 0), |bytes| (bytes.as_ptr().cast_mut().cast(), bytes.len()))
}

fn memory(ptr: *mut c_void, size: usize) -> sys::rd_kafka_vu_s__bindgen_ty_1__bindgen_ty_1 {
    sys::rd_kafka_vu_s__bindgen_ty_1__bindgen_ty_1 { ptr, size }
}

fn value(
    vtype: sys::rd_kafka_vtype_t,
    fill: impl FnOnce(&mut sys::rd_kafka_vu_s__bindgen_ty_1),
) -> sys::rd_kafka_vu_t {
    let mut u = sys::rd_kafka_vu_s__bindgen_ty_1 { _pad: [0; 64] };
    fill(&mut u);
    sys::rd_kafka_vu_t { vtype, u }
}
