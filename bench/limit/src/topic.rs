//! Creates a topic, so that every bench has the partitions it was asked for on any broker.

use crate::client::{c_string, Client, Failure};
use rdkafka_sys as rd;
use std::os::raw::c_int;
use std::ptr;

const WAIT_MS: c_int = 30_000;

/// Creates `topic` and returns when the broker has answered.
pub fn create(brokers: &str, topic: &str, partitions: usize) -> Result<(), Failure> {
    let client =
        Client::new(rd::rd_kafka_type_t::RD_KAFKA_PRODUCER, &[("bootstrap.servers", brokers)], |_| ())?;
    let name = c_string(topic);
    // SAFETY: the handle is live; topic, queue and event are destroyed after their last use.
    let code = unsafe {
        let mut new = rd::rd_kafka_NewTopic_new(name.as_ptr(), partitions as c_int, 1, ptr::null_mut(), 0);
        let queue = rd::rd_kafka_queue_new(client.handle);
        rd::rd_kafka_CreateTopics(client.handle, &mut new, 1, ptr::null(), queue);
        let event = rd::rd_kafka_queue_poll(queue, WAIT_MS);
        let code = if event.is_null() {
            rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__TIMED_OUT
        } else {
            outcome(event)
        };
        rd::rd_kafka_event_destroy(event);
        rd::rd_kafka_queue_destroy(queue);
        rd::rd_kafka_NewTopic_destroy(new);
        code
    };
    match code {
        rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR => Ok(()),
        code => Err(Failure(format!("creating {topic} failed: {code:?}"))),
    }
}

/// The error of the request, else that of its only topic.
///
/// # Safety
/// `event` must be the live result of creating one topic.
unsafe fn outcome(event: *mut rd::rd_kafka_event_t) -> rd::rd_kafka_resp_err_t {
    // SAFETY: the caller vouches for the event; what is read from it lives as long.
    unsafe {
        let whole = rd::rd_kafka_event_error(event);
        if whole != rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
            return whole;
        }
        let mut count = 0;
        let result = rd::rd_kafka_event_CreateTopics_result(event);
        let topics = rd::rd_kafka_CreateTopics_result_topics(result, &mut count);
        rd::rd_kafka_topic_result_error(*topics)
    }
}
