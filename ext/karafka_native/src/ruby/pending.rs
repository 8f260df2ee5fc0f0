//! Waiting for what the engine has on its way, in Ruby's terms.

use std::time::{Duration, Instant};

use karafka_engine::client::{PartitionOffset, Pending};
use karafka_engine::error::EngineError;
use magnus::value::ReprValue;
use magnus::{Error, RArray, RString, Ruby, TryConvert, Value};

use crate::vm::{errors, lock};

/// An answer carries its own, better error when it comes a little later than asked for.
const GRACE: Duration = Duration::from_secs(1);

/// Waits for `pending` without the VM lock. Signals, kills and `Timeout` act at once; the operation
/// goes on by itself then.
///
/// # Errors
/// The operation's error, the interrupt's exception, or `Rdkafka::AbstractHandle::WaitTimeoutError`.
pub fn perform<T>(
    ruby: &Ruby,
    pending: &impl Pending<T>,
    operation: &str,
    timeout: Duration,
) -> Result<T, Error> {
    let deadline = Instant::now() + timeout + GRACE;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let answer = lock::release(ruby, || pending.wait(left), || pending.wake())?;
        if let Some(result) = answer {
            return errors::to_ruby(ruby, result);
        }
        lock::check_interrupts()?;
        if Instant::now() >= deadline {
            let milliseconds = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
            let error = EngineError::TimedOut { operation: operation.to_owned(), milliseconds };
            return Err(errors::from_engine(ruby, error));
        }
    }
}

/// Partitions from `[[topic, partition, offset or nil, leader epoch or nil, text or nil], ...]`.
///
/// # Errors
/// `TypeError` for another shape.
pub fn partitions(list: RArray) -> Result<Vec<PartitionOffset>, Error> {
    list.into_iter()
        .map(|entry| {
            let entry = RArray::try_convert(entry)?;
            let text: Option<RString> = entry.entry(4)?;
            Ok(PartitionOffset {
                topic: entry.entry(0)?,
                partition: entry.entry(1)?,
                offset: entry.entry(2)?,
                leader_epoch: entry.entry(3)?,
                // SAFETY: copied at once, while nothing else runs.
                metadata: text.map(|text| unsafe { text.as_slice() }.to_vec()),
                error: None,
            })
        })
        .collect()
}

/// The same shape from partitions.
///
/// # Errors
/// What building the array raised.
pub fn to_array(ruby: &Ruby, partitions: &[PartitionOffset]) -> Result<RArray, Error> {
    let list = ruby.ary_new_capa(partitions.len());
    for entry in partitions {
        let text: Value = match &entry.metadata {
            Some(metadata) => ruby.str_from_slice(metadata).as_value(),
            None => ruby.qnil().as_value(),
        };
        let row = (entry.topic.as_str(), entry.partition, entry.offset, entry.leader_epoch, text);
        list.push(row)?;
    }
    Ok(list)
}

/// A time of Ruby's in ms.
pub fn milliseconds(timeout: u64) -> Duration {
    Duration::from_millis(timeout)
}
