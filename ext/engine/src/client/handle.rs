//! Ownership of one `rd_kafka_t` and of the queues taken from it.

use std::ptr::NonNull;
use std::time::Duration;

use rdkafka_sys as sys;

use super::event::Event;
use super::settings::NativeSettings;
use super::Settings;
use crate::error::{text, EngineError, KafkaError};
use crate::process;

/// What kind of client a handle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads.
    Consumer,
    /// Writes, and serves admin calls.
    Producer,
}

/// An owned native client. Threads: every method may be called from any thread; librdkafka locks.
///
/// Destroyed on drop, unless the process forked since: then its threads do not exist and the memory
/// is left alone. Whoever drops it must have closed what needs closing; drop itself never waits for
/// brokers longer than librdkafka's threads take to end.
pub struct Handle {
    native: NonNull<sys::rd_kafka_t>,
    main: Queue,
    epoch: u32,
}

// SAFETY: librdkafka's handle may be used from several threads at once.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

/// An owned reference to a native queue; must be dropped before its client.
pub struct Queue(NonNull<sys::rd_kafka_queue_t>);

// SAFETY: librdkafka's queues are locked inside.
unsafe impl Send for Queue {}
// SAFETY: as above.
unsafe impl Sync for Queue {}

impl Handle {
    /// Makes a client. Errors, statistics, logs and token requests become [`Event`]s of its main
    /// queue; `configure` may register callbacks that only touch memory of the engine, and more event
    /// kinds with `rd_kafka_conf_set_events` (include [`Handle::EVENTS`]).
    ///
    /// # Errors
    /// [`EngineError::Setting`] for a bad setting, [`EngineError::Creation`] if librdkafka refuses the
    /// combination; nothing is left behind.
    pub fn create(
        kind: Kind,
        settings: &Settings,
        configure: impl FnOnce(*mut sys::rd_kafka_conf_t),
    ) -> Result<Self, EngineError> {
        let epoch = process::epoch();
        let mut settings = settings.clone();
        settings.set_default("log.queue", "true");
        let configuration = settings.to_native()?;
        // SAFETY: a live configuration of ours.
        unsafe { sys::rd_kafka_conf_set_events(configuration.as_ptr(), Self::EVENTS) };
        configure(configuration.as_ptr());
        let native = Self::build(kind, configuration)?;
        // SAFETY: a live client; the main queue always exists; forwarding its log queue there makes
        // librdkafka's own threads never call a log function of ours.
        let main = unsafe {
            sys::rd_kafka_set_log_queue(native.as_ptr(), std::ptr::null_mut());
            Queue::own(sys::rd_kafka_queue_get_main(native.as_ptr()))
        };
        match main {
            Some(main) => Ok(Self { native, main, epoch }),
            None => Err(EngineError::Creation("the client has no main queue".to_owned())),
        }
    }

    /// The event kinds that every client asks for.
    pub const EVENTS: i32 = sys::RD_KAFKA_EVENT_ERROR
        | sys::RD_KAFKA_EVENT_STATS
        | sys::RD_KAFKA_EVENT_LOG
        | sys::RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH;

    fn build(kind: Kind, configuration: NativeSettings) -> Result<NonNull<sys::rd_kafka_t>, EngineError> {
        let kind = match kind {
            Kind::Consumer => sys::rd_kafka_type_t::RD_KAFKA_CONSUMER,
            Kind::Producer => sys::rd_kafka_type_t::RD_KAFKA_PRODUCER,
        };
        let mut reason = [0 as std::os::raw::c_char; 512];
        // SAFETY: the configuration is ours; on success librdkafka owns it, so it is released below.
        let native =
            unsafe { sys::rd_kafka_new(kind, configuration.as_ptr(), reason.as_mut_ptr(), reason.len()) };
        match NonNull::new(native) {
            Some(native) => {
                configuration.release();
                Ok(native)
            }
            None => Err(EngineError::Creation(text(reason.as_ptr()).unwrap_or_default())),
        }
    }

    /// The native pointer, for calls that this crate makes elsewhere.
    pub fn as_ptr(&self) -> *mut sys::rd_kafka_t {
        self.native.as_ptr()
    }

    /// Whether this process made the client; false in a forked child, where nothing may be called.
    pub fn is_local(&self) -> bool {
        self.epoch == process::epoch()
    }

    /// `<client.id>#consumer-<n>` or `#producer-<n>`.
    pub fn name(&self) -> String {
        // SAFETY: a live client; the name is a constant string of it.
        text(unsafe { sys::rd_kafka_name(self.as_ptr()) }).unwrap_or_default()
    }

    /// The cluster's id, once metadata has come; never waits.
    pub fn cluster_id(&self) -> Option<String> {
        // SAFETY: a live client; the string is ours and goes back to librdkafka's allocator.
        unsafe {
            let id = sys::rd_kafka_clusterid(self.as_ptr(), 0);
            let copy = text(id);
            if !id.is_null() {
                sys::rd_kafka_mem_free(self.as_ptr(), id.cast());
            }
            copy
        }
    }

    /// The main queue: events, and for producers delivery reports.
    pub fn main_queue(&self) -> &Queue {
        &self.main
    }

    /// Waits up to `timeout` for one event. Kinds that nobody waits for are dropped and end the wait.
    pub fn poll_event(&self, timeout: Duration) -> Option<Event> {
        self.main.poll(timeout, |native| {
            // SAFETY: `poll` hands out a live event of this client and destroys it afterwards.
            unsafe { Event::copy(self, native) }
        })?
    }

    /// The fatal error that this client met, if any (KIP-98 idempotence, static membership fencing).
    pub fn fatal_error(&self) -> Option<KafkaError> {
        let mut reason = [0 as std::os::raw::c_char; 512];
        // SAFETY: a live client and a buffer whose size is passed along.
        let code = unsafe { sys::rd_kafka_fatal_error(self.as_ptr(), reason.as_mut_ptr(), reason.len()) };
        (code as i32 != 0).then(|| KafkaError {
            broker_message: text(reason.as_ptr()),
            fatal: true,
            instance_name: Some(self.name()),
            ..KafkaError::of(code as i32)
        })
    }

    /// Replaces librdkafka's generic "fatal" marker (`_FATAL`, -150) by the code and text behind it.
    pub fn resolve_fatal(&self, error: KafkaError) -> KafkaError {
        const FATAL: i32 = sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__FATAL as i32;
        if error.code != FATAL {
            return error;
        }
        self.fatal_error().unwrap_or(KafkaError { fatal: true, ..error })
    }

    /// Answers a token request. `lifetime_ms` is the expiry in milliseconds since the epoch.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] with librdkafka's reason, for instance a malformed extension name.
    pub fn set_token(
        &self,
        token: &str,
        lifetime_ms: i64,
        principal: &str,
        extensions: &[(String, String)],
    ) -> Result<(), EngineError> {
        let native = |text: &str| crate::client::handle::c_text("OAUTHBEARER token", text);
        let (token, principal) = (native(token)?, native(principal)?);
        let flat = extensions
            .iter()
            .flat_map(|(name, value)| [native(name), native(value)])
            .collect::<Result<Vec<_>, _>>()?;
        let mut pointers: Vec<_> = flat.iter().map(|text| text.as_ptr()).collect();
        let mut reason = [0 as std::os::raw::c_char; 512];
        // SAFETY: every string and the pointer list live through the call, which copies them.
        let code = unsafe {
            sys::rd_kafka_oauthbearer_set_token(
                self.as_ptr(),
                token.as_ptr(),
                lifetime_ms,
                principal.as_ptr(),
                pointers.as_mut_ptr(),
                pointers.len(),
                reason.as_mut_ptr(),
                reason.len(),
            )
        };
        match code as i32 {
            0 => Ok(()),
            code => Err(KafkaError { broker_message: text(reason.as_ptr()), ..KafkaError::of(code) }.into()),
        }
    }

    /// Tells librdkafka that no token could be had; it asks again later.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] if OAUTHBEARER is not in use.
    pub fn set_token_failure(&self, reason: &str) -> Result<(), EngineError> {
        let reason = c_text("OAUTHBEARER failure", reason)?;
        // SAFETY: a live client and string.
        let code = unsafe { sys::rd_kafka_oauthbearer_set_token_failure(self.as_ptr(), reason.as_ptr()) };
        crate::error::check(code, "setting an OAUTHBEARER failure")
    }
}

/// Runs a destructor beside the caller, as Ruby's collector must not wait for librdkafka's threads;
/// without a thread to spare it runs here. Tells whether it is beside.
pub(crate) fn reap(destructor: impl FnOnce() + Send + 'static) -> bool {
    let thread = std::thread::Builder::new().name("karafka.reaper".to_owned());
    process::without_signals(|| thread.spawn(destructor)).is_ok()
}

/// A C string of `value`; `what` names it in the error.
///
/// # Errors
/// [`EngineError::Argument`] if it holds a NUL byte.
pub(crate) fn c_text(what: &str, value: &str) -> Result<std::ffi::CString, EngineError> {
    std::ffi::CString::new(value)
        .map_err(|_| EngineError::Argument(format!("{what}: a NUL byte is not allowed in {value:?}")))
}

impl Drop for Handle {
    fn drop(&mut self) {
        if !self.is_local() {
            return;
        }
        self.main.release();
        // SAFETY: the last owner; the flag skips the group leave, which `Connection::close` has done.
        unsafe {
            sys::rd_kafka_destroy_flags(
                self.native.as_ptr(),
                sys::RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE as std::os::raw::c_int,
            );
        }
    }
}

impl Queue {
    /// Takes over a queue reference; `None` for null.
    ///
    /// # Safety
    /// `native` is null or a reference that the caller owns.
    pub unsafe fn own(native: *mut sys::rd_kafka_queue_t) -> Option<Self> {
        NonNull::new(native).map(Self)
    }

    /// The native pointer.
    pub fn as_ptr(&self) -> *mut sys::rd_kafka_queue_t {
        self.0.as_ptr()
    }

    /// Waits up to `timeout` for one native event, reads it, destroys it.
    pub fn poll<T>(
        &self,
        timeout: Duration,
        read: impl FnOnce(*mut sys::rd_kafka_event_t) -> T,
    ) -> Option<T> {
        let milliseconds = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: a live queue; a returned event is ours to destroy.
        unsafe {
            let event = sys::rd_kafka_queue_poll(self.as_ptr(), milliseconds);
            if event.is_null() {
                return None;
            }
            let value = read(event);
            sys::rd_kafka_event_destroy(event);
            Some(value)
        }
    }

    /// Ends a wait on this queue, also one that has not begun yet.
    pub fn wake(&self) {
        // SAFETY: a live queue; callable from every thread.
        unsafe { sys::rd_kafka_queue_yield(self.as_ptr()) };
    }

    /// Gives the reference back before its client goes; a second call does nothing.
    fn release(&mut self) {
        if self.0 != NonNull::dangling() {
            // SAFETY: still owned; the dangling mark below keeps Drop away.
            unsafe { sys::rd_kafka_queue_destroy(self.0.as_ptr()) };
            self.0 = NonNull::dangling();
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.release();
    }
}
