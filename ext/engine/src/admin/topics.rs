//! Creating, deleting and widening topics.

use std::os::raw::{c_char, c_int};
use std::time::Duration;

use rdkafka_sys as sys;

use super::request::{part, parts, Request};
use super::Admin;
use crate::client::c_text;
use crate::error::{check, text, EngineError};

const CREATE: (&str, sys::rd_kafka_admin_op_t) =
    ("creating a topic", sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_CREATETOPICS);
const DELETE: (&str, sys::rd_kafka_admin_op_t) =
    ("deleting a topic", sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DELETETOPICS);
const WIDEN: (&str, sys::rd_kafka_admin_op_t) =
    ("creating partitions", sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_CREATEPARTITIONS);

struct NewTopic(*mut sys::rd_kafka_NewTopic_t);
struct DeleteTopic(*mut sys::rd_kafka_DeleteTopic_t);
struct NewPartitions(*mut sys::rd_kafka_NewPartitions_t);

impl Admin {
    /// Creates a topic. -1 partitions or replicas are the broker's default.
    ///
    /// # Errors
    /// [`EngineError::Setting`] for what librdkafka refuses to send; the result holds
    /// [`EngineError::Kafka`], as `TOPIC_ALREADY_EXISTS`.
    pub fn create_topic(
        &self,
        name: &str,
        partitions: i32,
        replicas: i32,
        config: &[(String, String)],
        timeout: Duration,
    ) -> Result<Request<()>, EngineError> {
        let topic = NewTopic::new(name, partitions, replicas)?;
        for (setting, value) in config {
            topic.set(setting, value)?;
        }
        let send = |handle: &crate::client::Handle, options: &super::request::Options, queue| {
            options.set_operation_timeout(timeout)?;
            let mut topics = [topic.0];
            // SAFETY: live arguments; the topic is copied into the request.
            unsafe {
                sys::rd_kafka_CreateTopics(handle.as_ptr(), topics.as_mut_ptr(), 1, options.as_ptr(), queue);
            }
            Ok(())
        };
        Request::send(self.open("create_topic")?, CREATE, timeout, send, |event| {
            let mut count = 0;
            // SAFETY: the event is of this kind; its parts live as long as it does.
            unsafe {
                let result = sys::rd_kafka_event_CreateTopics_result(event);
                topic_results(CREATE.0, sys::rd_kafka_CreateTopics_result_topics(result, &mut count), count)
            }
        })
    }

    /// Deletes a topic.
    ///
    /// # Errors
    /// The result holds [`EngineError::Kafka`], as `UNKNOWN_TOPIC_OR_PART`.
    pub fn delete_topic(&self, name: &str, timeout: Duration) -> Result<Request<()>, EngineError> {
        let name = c_text("topic name", name)?;
        // SAFETY: a live string, which is copied.
        let topic = DeleteTopic(unsafe { sys::rd_kafka_DeleteTopic_new(name.as_ptr()) });
        let send = |handle: &crate::client::Handle, options: &super::request::Options, queue| {
            options.set_operation_timeout(timeout)?;
            let mut topics = [topic.0];
            // SAFETY: live arguments; the topic is copied into the request.
            unsafe {
                sys::rd_kafka_DeleteTopics(handle.as_ptr(), topics.as_mut_ptr(), 1, options.as_ptr(), queue);
            }
            Ok(())
        };
        Request::send(self.open("delete_topic")?, DELETE, timeout, send, |event| {
            let mut count = 0;
            // SAFETY: the event is of this kind; its parts live as long as it does.
            unsafe {
                let result = sys::rd_kafka_event_DeleteTopics_result(event);
                topic_results(DELETE.0, sys::rd_kafka_DeleteTopics_result_topics(result, &mut count), count)
            }
        })
    }

    /// Widens a topic to `total` partitions.
    ///
    /// # Errors
    /// [`EngineError::Setting`] for what librdkafka refuses to send; the result holds
    /// [`EngineError::Kafka`], as `INVALID_PARTITIONS`.
    pub fn create_partitions(
        &self,
        name: &str,
        total: usize,
        timeout: Duration,
    ) -> Result<Request<()>, EngineError> {
        let partitions = NewPartitions::new(name, total)?;
        let send = |handle: &crate::client::Handle, options: &super::request::Options, queue| {
            options.set_operation_timeout(timeout)?;
            let mut wanted = [partitions.0];
            // SAFETY: live arguments; the wish is copied into the request.
            unsafe {
                sys::rd_kafka_CreatePartitions(
                    handle.as_ptr(),
                    wanted.as_mut_ptr(),
                    1,
                    options.as_ptr(),
                    queue,
                );
            }
            Ok(())
        };
        Request::send(self.open("create_partitions")?, WIDEN, timeout, send, |event| {
            let mut count = 0;
            // SAFETY: the event is of this kind; its parts live as long as it does.
            unsafe {
                let result = sys::rd_kafka_event_CreatePartitions_result(event);
                let topics = sys::rd_kafka_CreatePartitions_result_topics(result, &mut count);
                topic_results(WIDEN.0, topics, count)
            }
        })
    }
}

/// The first topic that failed.
///
/// # Safety
/// `start` and `count` are what a result accessor of a live event gave.
unsafe fn topic_results(
    name: &str,
    start: *mut *const sys::rd_kafka_topic_result_t,
    count: usize,
) -> Result<(), EngineError> {
    // SAFETY: the caller's promise.
    unsafe {
        parts(start, count).iter().try_for_each(|topic| {
            let message = sys::rd_kafka_topic_result_error_string(*topic);
            part(name, sys::rd_kafka_topic_result_error(*topic), message)
        })
    }
}

impl NewTopic {
    fn new(name: &str, partitions: i32, replicas: i32) -> Result<Self, EngineError> {
        let name = c_text("topic name", name)?;
        let mut reason = [0 as c_char; 512];
        // SAFETY: a live string and a buffer whose size is passed along.
        let native = unsafe {
            sys::rd_kafka_NewTopic_new(
                name.as_ptr(),
                partitions as c_int,
                replicas as c_int,
                reason.as_mut_ptr(),
                reason.len(),
            )
        };
        refused(native.is_null(), &reason)?;
        Ok(Self(native))
    }

    fn set(&self, name: &str, value: &str) -> Result<(), EngineError> {
        let (name, value) = (c_text("topic setting", name)?, c_text("topic setting", value)?);
        // SAFETY: a live topic and strings, which are copied.
        let code = unsafe { sys::rd_kafka_NewTopic_set_config(self.0, name.as_ptr(), value.as_ptr()) };
        check(code, "configuring a topic")
    }
}

impl NewPartitions {
    fn new(name: &str, total: usize) -> Result<Self, EngineError> {
        let name = c_text("topic name", name)?;
        let mut reason = [0 as c_char; 512];
        // SAFETY: a live string and a buffer whose size is passed along.
        let native = unsafe {
            sys::rd_kafka_NewPartitions_new(name.as_ptr(), total, reason.as_mut_ptr(), reason.len())
        };
        refused(native.is_null(), &reason)?;
        Ok(Self(native))
    }
}

fn refused(refused: bool, reason: &[c_char]) -> Result<(), EngineError> {
    match refused {
        true => Err(EngineError::Setting(text(reason.as_ptr()).unwrap_or_default())),
        false => Ok(()),
    }
}

impl Drop for NewTopic {
    fn drop(&mut self) {
        // SAFETY: owned, and not null: `new` fails otherwise.
        unsafe { sys::rd_kafka_NewTopic_destroy(self.0) };
    }
}

impl Drop for DeleteTopic {
    fn drop(&mut self) {
        // SAFETY: owned; librdkafka's allocation does not fail.
        unsafe { sys::rd_kafka_DeleteTopic_destroy(self.0) };
    }
}

impl Drop for NewPartitions {
    fn drop(&mut self) {
        // SAFETY: owned, and not null: `new` fails otherwise.
        unsafe { sys::rd_kafka_NewPartitions_destroy(self.0) };
    }
}
