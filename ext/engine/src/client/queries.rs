//! What a [`Reader`] asks brokers: offsets, watermarks, commits, seeks. Each answer is a [`Call`].

use std::time::Duration;

use rdkafka_sys as sys;

use super::call::Call;
use super::handle::c_text;
use super::reader::{first_failure, Open, Reader};
use super::{PartitionList, PartitionOffset, Queue};
use crate::error::{check, EngineError, KafkaError};

/// Partitions with what was found for each.
pub type Offsets = Vec<PartitionOffset>;

impl Reader {
    /// Committed offsets of the group; none where nothing is committed.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`]; the result holds [`EngineError::Kafka`].
    pub fn committed(&self, partitions: Offsets, timeout: Duration) -> Result<Call<Offsets>, EngineError> {
        self.query("committed", move |handle| {
            let list = PartitionList::new(&partitions)?;
            // SAFETY: a live client and list.
            let code =
                unsafe { sys::rd_kafka_committed(handle.as_ptr(), list.as_ptr(), milliseconds(timeout)) };
            check(code, "fetching committed offsets")?;
            let found = list.to_vec();
            first_failure(&found, "fetching committed offsets")?;
            Ok(found)
        })
    }

    /// First and next offset of a partition; the next one follows the `isolation.level`.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`]; the result holds [`EngineError::Kafka`].
    pub fn watermarks(
        &self,
        topic: String,
        partition: i32,
        timeout: Duration,
    ) -> Result<Call<(i64, i64)>, EngineError> {
        self.query("query_watermark_offsets", move |handle| {
            let name = c_text("topic name", &topic)?;
            let (mut low, mut high) = (-1, -1);
            // SAFETY: a live client and string, valid out parameters.
            let code = unsafe {
                sys::rd_kafka_query_watermark_offsets(
                    handle.as_ptr(),
                    name.as_ptr(),
                    partition,
                    &mut low,
                    &mut high,
                    milliseconds(timeout),
                )
            };
            match code as i32 {
                0 => Ok((low, high)),
                code => Err(KafkaError::of(code)
                    .during(format!("querying watermark offsets of partition {partition} of {topic}"))
                    .at(&topic, partition)
                    .into()),
            }
        })
    }

    /// The first offset at or after each time (given in ms as the offset); none past the end.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`]; the result holds [`EngineError::Kafka`].
    pub fn offsets_for_times(&self, times: Offsets, timeout: Duration) -> Result<Call<Offsets>, EngineError> {
        const END: i64 = sys::RD_KAFKA_OFFSET_END as i64;
        self.query("offsets_for_times", move |handle| {
            let list = PartitionList::new(&times)?;
            // SAFETY: a live client and list.
            let code = unsafe {
                sys::rd_kafka_offsets_for_times(handle.as_ptr(), list.as_ptr(), milliseconds(timeout))
            };
            check(code, "fetching offsets for times")?;
            let mut found = list.to_vec();
            first_failure(&found, "fetching offsets for times")?;
            for entry in &mut found {
                entry.offset = entry.offset.filter(|offset| *offset != END);
            }
            Ok(found)
        })
    }

    /// Moves the positions of assigned partitions.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`]; the result holds [`EngineError::Kafka`].
    pub fn seek(&self, partitions: Offsets, timeout: Duration) -> Result<Call<()>, EngineError> {
        self.query("seek", move |handle| {
            let list = PartitionList::new(&partitions)?;
            // SAFETY: a live client and list; a returned error is ours.
            let failed = unsafe {
                KafkaError::take(sys::rd_kafka_seek_partitions(
                    handle.as_ptr(),
                    list.as_ptr(),
                    milliseconds(timeout),
                ))
            };
            match failed {
                Some(error) => Err(error.during("seeking").into()),
                None => first_failure(&list.to_vec(), "seeking"),
            }
        })
    }

    /// Commits these offsets, or with `None` what was stored, and waits for the coordinator.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`]; the result holds [`EngineError::Kafka`], `_NO_OFFSET` if
    /// nothing was stored, or [`EngineError::TimedOut`].
    pub fn commit(&self, partitions: Option<Offsets>, timeout: Duration) -> Result<Call<()>, EngineError> {
        let open = self.open("commit")?;
        Ok(Call::start(move || commit(&open, partitions.as_deref(), timeout)))
    }

    /// Commits without waiting for the answer, which nobody sees.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] if the commit could not be sent.
    pub fn commit_async(&self, partitions: Option<&[PartitionOffset]>) -> Result<(), EngineError> {
        const ASYNC: i32 = 1;
        let list = partitions.map(PartitionList::new).transpose()?;
        let open = self.open("commit")?;
        let native = list.as_ref().map_or(std::ptr::null_mut(), PartitionList::as_ptr);
        let _pass = open.gate.enter("commit")?;
        // SAFETY: a live client; null or a live list, which is copied.
        check(unsafe { sys::rd_kafka_commit(open.handle.as_ptr(), native, ASYNC) }, "committing offsets")
    }
}

/// On a queue of its own, as librdkafka's synchronous commit waits without end.
fn commit(open: &Open, partitions: Option<&[PartitionOffset]>, timeout: Duration) -> Result<(), EngineError> {
    let list = partitions.map(PartitionList::new).transpose()?;
    let native = list.as_ref().map_or(std::ptr::null_mut(), PartitionList::as_ptr);
    let handle = &open.handle;
    let pass = open.gate.enter("commit")?;
    // SAFETY: a live client; the queue reference is ours; null or a live list, which is copied.
    let (queue, code) = unsafe {
        let queue = Queue::own(sys::rd_kafka_queue_new(handle.as_ptr()))
            .ok_or_else(|| EngineError::Argument("no memory for a queue".to_owned()))?;
        let raw = queue.as_ptr();
        (queue, sys::rd_kafka_commit_queue(handle.as_ptr(), native, raw, None, std::ptr::null_mut()))
    };
    drop(pass);
    check(code, "committing offsets")?;
    let answer = queue.poll(timeout, |event| {
        // SAFETY: a live event of an offset commit; its list stays the event's.
        unsafe {
            let committed = PartitionList::read(sys::rd_kafka_event_topic_partition_list(event));
            (sys::rd_kafka_event_error(event), committed)
        }
    });
    let (code, committed) = answer.ok_or_else(|| EngineError::TimedOut {
        operation: "committing offsets".to_owned(),
        milliseconds: u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX),
    })?;
    check(code, "committing offsets")?;
    first_failure(&committed, "committing offsets")
}

fn milliseconds(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX)
}
