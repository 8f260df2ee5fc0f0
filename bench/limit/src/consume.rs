//! Takes a topic batch by batch: poll, count, release. The limit of every consumer.

use crate::client::{c_string, Client, Failure};
use crate::usage;
use rdkafka_sys as rd;
use std::ptr;

const WAIT_MS: i32 = 100;

/// Takes `messages` with at most `max` a call; throughput counts from the first batch, CPU from the start.
pub fn run(brokers: &str, topic: &str, group: &str, messages: usize, max: usize) -> Result<(), Failure> {
    let settings = [
        ("bootstrap.servers", brokers),
        ("group.id", group),
        ("auto.offset.reset", "earliest"),
        ("enable.auto.offset.store", "false"),
        ("fetch.queue.backoff.ms", "10"),
    ];
    let client = Client::new(rd::rd_kafka_type_t::RD_KAFKA_CONSUMER, &settings, |_| ())?;
    let cpu = usage::cpu();
    subscribe(&client, topic)?;
    // SAFETY: the handle is a live consumer; the queue is destroyed before the client is.
    let queue = unsafe { rd::rd_kafka_queue_get_consumer(client.handle) };
    let (first, last) = take(queue, messages, max)?;
    usage::report(messages, last - first, usage::cpu() - cpu);
    // SAFETY: the queue came from `rd_kafka_queue_get_consumer` and is not used again.
    unsafe {
        rd::rd_kafka_consumer_close(client.handle);
        rd::rd_kafka_queue_destroy(queue);
    }
    Ok(())
}

fn subscribe(client: &Client, topic: &str) -> Result<(), Failure> {
    let name = c_string(topic);
    // SAFETY: the list is destroyed after librdkafka has copied it; the handle is live.
    let code = unsafe {
        rd::rd_kafka_poll_set_consumer(client.handle);
        let list = rd::rd_kafka_topic_partition_list_new(1);
        rd::rd_kafka_topic_partition_list_add(list, name.as_ptr(), -1);
        let code = rd::rd_kafka_subscribe(client.handle, list);
        rd::rd_kafka_topic_partition_list_destroy(list);
        code
    };
    match code {
        rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR => Ok(()),
        code => Err(Failure(format!("subscribing failed: {code:?}"))),
    }
}

/// Returns when the first batch came and when the last did.
fn take(queue: *mut rd::rd_kafka_queue_t, messages: usize, max: usize) -> Result<(f64, f64), Failure> {
    let mut batch: Vec<*mut rd::rd_kafka_message_t> = vec![ptr::null_mut(); max];
    let (mut first, mut taken) = (None, 0);
    while taken < messages {
        // SAFETY: `batch` holds `max` pointers.
        let count = unsafe { rd::rd_kafka_consume_batch_queue(queue, WAIT_MS, batch.as_mut_ptr(), max) };
        for &message in &batch[..usize::try_from(count).unwrap_or(0)] {
            // SAFETY: librdkafka gave the message to us; it is released once.
            unsafe {
                let code = (*message).err;
                rd::rd_kafka_message_destroy(message);
                if code != rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
                    return Err(Failure(format!("consuming failed: {code:?}")));
                }
            }
            taken += 1;
        }
        if taken > 0 {
            first.get_or_insert_with(usage::now);
        }
    }
    Ok((first.unwrap_or_default(), usage::now()))
}
