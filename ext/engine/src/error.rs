//! What can go wrong below Ruby, with the context that names it.
//!
//! Owner: every room of the engine returns [`EngineError`]; the binding maps each variant to exactly
//! one Ruby class in `vm/errors.rs`. Nothing here holds native memory, so errors may cross threads.

use std::ffi::CStr;
use std::fmt;

use rdkafka_sys as sys;

/// An error code of the Kafka protocol or of librdkafka, with its flags and texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KafkaError {
    /// `rd_kafka_resp_err_t` as an integer; negative codes are librdkafka's own.
    pub code: i32,
    /// Which operation failed, put before the description.
    pub prefix: Option<String>,
    /// The text that the broker or librdkafka gave beyond the code's description.
    pub broker_message: Option<String>,
    /// The client instance cannot be used any more (`rd_kafka_fatal_error`).
    pub fatal: bool,
    /// The same call may succeed when repeated (`rd_kafka_error_is_retriable`).
    pub retryable: bool,
    /// The current transaction must be aborted (`rd_kafka_error_txn_requires_abort`).
    pub abortable: bool,
    /// `<client.id>#consumer-<n>`, where it is known.
    pub instance_name: Option<String>,
    /// The topic, where the error belongs to one.
    pub topic: Option<String>,
    /// The partition, where the error belongs to one.
    pub partition: Option<i32>,
    /// The offset, where the error belongs to one.
    pub offset: Option<i64>,
}

impl KafkaError {
    /// An error of this code without any context.
    pub fn of(code: i32) -> Self {
        Self { code, ..Self::default() }
    }

    /// The same error, saying which operation failed.
    pub fn during(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// The same error, naming its partition.
    pub fn at(mut self, topic: &str, partition: i32) -> Self {
        self.topic = Some(topic.to_owned());
        self.partition = Some(partition);
        self
    }

    /// Lower-case name without leading underscore, as Ruby code knows it (`unknown_topic_or_part`).
    pub fn name(&self) -> String {
        error_name(self.code)
    }

    /// Takes over a native error object and frees it; `None` stands for success (null).
    ///
    /// # Safety
    /// `error` is null or an owned `rd_kafka_error_t` that nobody else destroys.
    pub unsafe fn take(error: *mut sys::rd_kafka_error_t) -> Option<Self> {
        if error.is_null() {
            return None;
        }
        // SAFETY: not null, owned by us until destroyed on the last line; texts are copied before.
        unsafe {
            let taken = Self {
                code: sys::rd_kafka_error_code(error) as i32,
                broker_message: text(sys::rd_kafka_error_string(error)),
                fatal: sys::rd_kafka_error_is_fatal(error) != 0,
                retryable: sys::rd_kafka_error_is_retriable(error) != 0,
                abortable: sys::rd_kafka_error_txn_requires_abort(error) != 0,
                ..Self::default()
            };
            sys::rd_kafka_error_destroy(error);
            Some(taken)
        }
    }
}

impl fmt::Display for KafkaError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(prefix) = &self.prefix {
            write!(out, "{prefix} - ")?;
        }
        write!(out, "{} ({})", error_description(self.code), self.name())?;
        if let (Some(topic), Some(partition)) = (&self.topic, self.partition) {
            write!(out, " [{topic}/{partition}]")?;
        }
        match &self.broker_message {
            Some(message) => write!(out, "\n{message}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for KafkaError {}

/// Everything the engine reports to its caller.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// Kafka or librdkafka refused or failed.
    #[error("{0}")]
    Kafka(Box<KafkaError>),
    /// A setting is unknown, has a bad value, or needs what this build lacks.
    #[error("{0}")]
    Setting(String),
    /// librdkafka could not make a client from valid settings.
    #[error("{0}")]
    Creation(String),
    /// librdkafka could not prepare a topic.
    #[error("{0}")]
    TopicHandle(String),
    /// The consumer is closed.
    #[error("illegal call to {0} on a closed consumer")]
    ConsumerClosed(&'static str),
    /// The producer is closed.
    #[error("illegal call to {0} on a closed producer")]
    ProducerClosed(&'static str),
    /// The admin client is closed.
    #[error("illegal call to {0} on a closed admin")]
    AdminClosed(&'static str),
    /// A wait ended without a verdict.
    #[error("{operation} timed out after {milliseconds} ms")]
    TimedOut {
        /// What was waited for.
        operation: String,
        /// How long.
        milliseconds: u64,
    },
    /// An argument that native code cannot take (a NUL byte in a name, a negative count).
    #[error("{0}")]
    Argument(String),
    /// Code of ours panicked; the message is the panic's.
    #[error("internal error: {0}")]
    Panic(String),
}

impl From<KafkaError> for EngineError {
    fn from(error: KafkaError) -> Self {
        Self::Kafka(Box::new(error))
    }
}

/// `Ok` for 0, else the error of this code.
///
/// # Errors
/// [`EngineError::Kafka`] with `prefix` naming the operation.
pub fn check(code: sys::rd_kafka_resp_err_t, prefix: &str) -> Result<(), EngineError> {
    match code as i32 {
        0 => Ok(()),
        code => Err(KafkaError::of(code).during(prefix).into()),
    }
}

/// librdkafka's name of a code, lower case and without leading underscores.
pub fn error_name(code: i32) -> String {
    match sys_code(code) {
        // SAFETY: returns a static string for every code.
        Some(code) => text(unsafe { sys::rd_kafka_err2name(code) })
            .map_or_else(|| "unknown".to_owned(), |name| name.trim_start_matches('_').to_lowercase()),
        None => format!("err_{code}?"),
    }
}

/// librdkafka's English description of a code.
pub fn error_description(code: i32) -> String {
    match sys_code(code) {
        // SAFETY: returns a static string for every code.
        Some(code) => text(unsafe { sys::rd_kafka_err2str(code) }).unwrap_or_default(),
        None => format!("Err-{code}?"),
    }
}

/// Every code that the bundled librdkafka knows, as `(code, name, description)`.
pub fn error_table() -> Vec<(i32, String, String)> {
    let mut descriptors = std::ptr::null();
    let mut count = 0;
    // SAFETY: both out parameters are valid; the table is static.
    unsafe { sys::rd_kafka_get_err_descs(&mut descriptors, &mut count) };
    (0..count)
        .filter_map(|index| {
            // SAFETY: `index` is below the count that librdkafka gave for its static table.
            let entry = unsafe { &*descriptors.add(index) };
            let name = text(entry.name)?.trim_start_matches('_').to_lowercase();
            Some((entry.code as i32, name, text(entry.desc).unwrap_or_default()))
        })
        .collect()
}

/// The native enum value of an integer, if the bundled librdkafka knows it.
pub(crate) fn sys_code(code: i32) -> Option<sys::rd_kafka_resp_err_t> {
    use std::sync::OnceLock;
    static KNOWN: OnceLock<std::collections::HashMap<i32, sys::rd_kafka_resp_err_t>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let mut descriptors = std::ptr::null();
        let mut count = 0;
        // SAFETY: both out parameters are valid; the table is static.
        unsafe { sys::rd_kafka_get_err_descs(&mut descriptors, &mut count) };
        (0..count)
            .filter_map(|index| {
                // SAFETY: `index` is below the count that librdkafka gave for its static table.
                let entry = unsafe { &*descriptors.add(index) };
                (!entry.name.is_null()).then_some((entry.code as i32, entry.code))
            })
            .collect()
    });
    known.get(&code).copied()
}

/// Copies a C string; `None` for null.
pub(crate) fn text(native: *const std::os::raw::c_char) -> Option<String> {
    if native.is_null() {
        return None;
    }
    // SAFETY: not null; librdkafka's strings are NUL-terminated and outlive this copy.
    Some(unsafe { CStr::from_ptr(native) }.to_string_lossy().into_owned())
}
