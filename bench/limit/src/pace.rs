//! Produces at an even rate, each message saying when it was made: what the delay bench consumes.

use crate::client::Failure;
use crate::produce::Producer;
use crate::usage;
use std::time::Duration;

const PARTITIONS: usize = 4;

/// `warmup` seconds of messages marked "w", then `seconds` of messages marked "m", evenly spaced.
pub fn run(brokers: &str, topic: &str, rate: usize, warmup: usize, seconds: usize) -> Result<(), Failure> {
    let producer = Producer::new(brokers, topic, &[("linger.ms", "0")])?;
    let start = usage::now();
    for number in 0..rate * (warmup + seconds) {
        wait_until(&producer, start + number as f64 / rate as f64);
        let mark = if number < rate * warmup { 'w' } else { 'm' };
        let payload = format!("{mark} {}", usage::monotonic_ns());
        producer.send((number % PARTITIONS) as i32, b"", payload.as_bytes())?;
    }
    producer.finish()
}

fn wait_until(producer: &Producer, time: f64) {
    producer.poll(0);
    let left = time - usage::now();
    if left > 0.0 {
        std::thread::sleep(Duration::from_secs_f64(left));
    }
}
