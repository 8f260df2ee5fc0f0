//! One admin request: its options, its queue, its answer.

use std::os::raw::{c_char, c_int};
use std::sync::Arc;
use std::time::Duration;

use rdkafka_sys as sys;

use crate::client::{Handle, Pending, Queue};
use crate::error::{text, EngineError, KafkaError};

type Reader<T> = Box<dyn Fn(*mut sys::rd_kafka_event_t) -> Result<T, EngineError> + Send + Sync>;

/// A request that was sent. Dropping it forgets the answer, not the operation.
pub struct Request<T> {
    // Goes before the client.
    queue: Queue,
    _handle: Arc<Handle>,
    read: Reader<T>,
    name: &'static str,
}

/// Owned options of one request.
pub(super) struct Options(*mut sys::rd_kafka_AdminOptions_t);

impl Options {
    fn new(handle: &Handle, operation: sys::rd_kafka_admin_op_t) -> Self {
        // SAFETY: a live client; allocates.
        Self(unsafe { sys::rd_kafka_AdminOptions_new(handle.as_ptr(), operation) })
    }

    pub(super) fn as_ptr(&self) -> *mut sys::rd_kafka_AdminOptions_t {
        self.0
    }

    /// How long librdkafka tries to reach the right broker and waits for its answer.
    fn set_request_timeout(&self, timeout: Duration) -> Result<(), EngineError> {
        self.set(timeout, sys::rd_kafka_AdminOptions_set_request_timeout)
    }

    /// How long the broker may take until the change has spread.
    pub(super) fn set_operation_timeout(&self, timeout: Duration) -> Result<(), EngineError> {
        self.set(timeout, sys::rd_kafka_AdminOptions_set_operation_timeout)
    }

    fn set(
        &self,
        timeout: Duration,
        setter: unsafe extern "C" fn(
            *mut sys::rd_kafka_AdminOptions_t,
            c_int,
            *mut c_char,
            usize,
        ) -> sys::rd_kafka_resp_err_t,
    ) -> Result<(), EngineError> {
        // librdkafka takes one hour at most.
        let milliseconds = c_int::try_from(timeout.as_millis()).unwrap_or(c_int::MAX).clamp(1, 3_600_000);
        let mut reason = [0 as c_char; 512];
        // SAFETY: live options and a buffer whose size is passed along.
        let code = unsafe { setter(self.0, milliseconds, reason.as_mut_ptr(), reason.len()) };
        match code as i32 {
            0 => Ok(()),
            _ => Err(EngineError::Argument(text(reason.as_ptr()).unwrap_or_default())),
        }
    }
}

impl Drop for Options {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { sys::rd_kafka_AdminOptions_destroy(self.0) };
    }
}

impl<T> Request<T> {
    /// Sends a request: `send` makes the native call with the options and the queue given, `read` gets
    /// the answer's event once the operation itself is known to have succeeded.
    pub(super) fn send(
        handle: Arc<Handle>,
        (name, operation): (&'static str, sys::rd_kafka_admin_op_t),
        timeout: Duration,
        send: impl FnOnce(&Handle, &Options, *mut sys::rd_kafka_queue_t) -> Result<(), EngineError>,
        read: impl Fn(*mut sys::rd_kafka_event_t) -> Result<T, EngineError> + Send + Sync + 'static,
    ) -> Result<Self, EngineError> {
        let options = Options::new(&handle, operation);
        options.set_request_timeout(timeout)?;
        // SAFETY: a live client; the reference is ours.
        let queue = unsafe { Queue::own(sys::rd_kafka_queue_new(handle.as_ptr())) }
            .ok_or_else(|| EngineError::Argument("no memory for a queue".to_owned()))?;
        send(&handle, &options, queue.as_ptr())?;
        Ok(Self { queue, _handle: handle, read: Box::new(read), name })
    }
}

impl<T> Pending<T> for Request<T> {
    fn wait(&self, timeout: Duration) -> Option<Result<T, EngineError>> {
        self.queue.poll(timeout, |event| {
            // SAFETY: a live event; texts are copied.
            let (code, message) = unsafe {
                (sys::rd_kafka_event_error(event) as i32, text(sys::rd_kafka_event_error_string(event)))
            };
            match code {
                0 => (self.read)(event),
                code => {
                    let error = KafkaError { broker_message: message, ..KafkaError::of(code) };
                    Err(error.during(self.name).into())
                }
            }
        })
    }

    fn wake(&self) {
        self.queue.wake();
    }
}

/// A part of a result that failed, or `Ok` for code 0.
pub(super) fn part(
    name: &str,
    code: sys::rd_kafka_resp_err_t,
    message: *const c_char,
) -> Result<(), EngineError> {
    match code as i32 {
        0 => Ok(()),
        code => Err(KafkaError { broker_message: text(message), ..KafkaError::of(code) }.during(name).into()),
    }
}

/// The same for an error object that stays its owner's.
pub(super) fn part_error(name: &str, error: *const sys::rd_kafka_error_t) -> Result<(), EngineError> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: not null, alive as long as its result.
    unsafe { part(name, sys::rd_kafka_error_code(error), sys::rd_kafka_error_string(error)) }
}

/// The `count` pointers that a result accessor gave; empty for null.
///
/// # Safety
/// `start` is null or points to `count` pointers that live as long as the result.
pub(super) unsafe fn parts<'a, T>(start: *mut *const T, count: usize) -> &'a [*const T] {
    if start.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(start, count) }
}
