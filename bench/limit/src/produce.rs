//! Produces with keys as fast as librdkafka takes messages. The limit of every producer.

use crate::client::{c_string, Client, Failure};
use crate::usage;
use rdkafka_sys as rd;
use std::os::raw::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Messages whose delivery failed; written by the delivery callback, in the thread that polls.
static FAILED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn delivered(_: *mut rd::rd_kafka_t, message: *const rd::rd_kafka_message_t, _: *mut c_void) {
    // SAFETY: librdkafka passes a message that lives during the callback.
    if unsafe { (*message).err } != rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
        FAILED.fetch_add(1, Ordering::Relaxed);
    }
}

/// A producer to one topic.
pub struct Producer {
    topic: *mut rd::rd_kafka_topic_t,
    client: Client,
}

impl Producer {
    /// `settings` come on top of the brokers.
    pub fn new(brokers: &str, topic: &str, settings: &[(&str, &str)]) -> Result<Self, Failure> {
        let settings: Vec<_> =
            [("bootstrap.servers", brokers)].into_iter().chain(settings.iter().copied()).collect();
        let client = Client::new(rd::rd_kafka_type_t::RD_KAFKA_PRODUCER, &settings, |conf| {
            // SAFETY: the configuration is live; the callback is a plain function.
            unsafe { rd::rd_kafka_conf_set_dr_msg_cb(conf, Some(delivered)) }
        })?;
        // SAFETY: the handle is live; no topic configuration is passed.
        let topic =
            unsafe { rd::rd_kafka_topic_new(client.handle, c_string(topic).as_ptr(), ptr::null_mut()) };
        Ok(Self { topic, client })
    }

    /// Hands a message over; waits while librdkafka's queue is full. Partition -1 lets the key decide.
    pub fn send(&self, partition: i32, key: &[u8], payload: &[u8]) -> Result<(), Failure> {
        loop {
            match self.try_send(partition, key, payload) {
                rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR => break,
                rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__QUEUE_FULL => self.poll(10),
                code => return Err(Failure(format!("producing failed: {code:?}"))),
            }
        }
        self.poll(0);
        Ok(())
    }

    /// Serves delivery reports, waiting at most that many ms for one.
    pub fn poll(&self, wait_ms: c_int) {
        // SAFETY: the handle is live.
        unsafe { rd::rd_kafka_poll(self.client.handle, wait_ms) };
    }

    fn try_send(&self, partition: i32, key: &[u8], payload: &[u8]) -> rd::rd_kafka_resp_err_t {
        // SAFETY: with `RD_KAFKA_MSG_F_COPY` librdkafka copies key and payload during the call; the
        // error of a refused message is kept for this thread.
        unsafe {
            let refused = rd::rd_kafka_produce(
                self.topic,
                partition,
                rd::RD_KAFKA_MSG_F_COPY as c_int,
                payload.as_ptr() as *mut c_void,
                payload.len(),
                key.as_ptr().cast(),
                key.len(),
                ptr::null_mut(),
            ) != 0;
            if refused {
                rd::rd_kafka_last_error()
            } else {
                rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
            }
        }
    }

    /// Waits for all deliveries.
    pub fn finish(&self) -> Result<(), Failure> {
        // SAFETY: the handle is live.
        unsafe { rd::rd_kafka_flush(self.client.handle, 60_000) };
        match FAILED.load(Ordering::Relaxed) {
            0 => Ok(()),
            count => Err(Failure(format!("{count} messages were not delivered"))),
        }
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        // SAFETY: the topic came from `rd_kafka_topic_new`, and the client outlives it.
        unsafe { rd::rd_kafka_topic_destroy(self.topic) }
    }
}

/// A JSON payload of `size` bytes, at least what its fields need.
pub fn payload(number: usize, size: usize) -> String {
    let start = format!(
        "{{\"id\":{number},\"customer\":\"c{}\",\"total\":{}.5,\"note\":\"",
        number % 1000,
        number % 90
    );
    let fill = size.saturating_sub(start.len() + 2);
    format!("{start}{}\"}}", "x".repeat(fill))
}

/// Produces `messages`, counted until the last is delivered.
pub fn run(brokers: &str, topic: &str, messages: usize, size: usize) -> Result<(), Failure> {
    let producer = Producer::new(brokers, topic, &[])?;
    let payload = payload(messages, size);
    let (cpu, start) = (usage::cpu(), usage::now());
    for number in 0..messages {
        producer.send(-1, format!("key-{}", number % 10_000).as_bytes(), payload.as_bytes())?;
    }
    producer.finish()?;
    usage::report(messages, usage::now() - start, usage::cpu() - cpu);
    Ok(())
}
