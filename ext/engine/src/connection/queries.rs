//! Questions to the cluster: each waits at most its timeout, with the caller's lock on Ruby released.

use std::time::Duration;

use rdkafka_sys as sys;

use super::{Connection, Inner};
use crate::client::{PartitionList, PartitionOffset};
use crate::error::{check, EngineError, KafkaError};

/// First and next offset of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watermarks {
    /// The first offset that can be read.
    pub low: i64,
    /// The next offset to be written; the last stable offset under `read_committed`.
    pub high: i64,
}

fn milliseconds(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX)
}

impl Connection {
    /// Committed offsets of the group.
    ///
    /// # Errors
    /// [`EngineError::Kafka`]; errors of single partitions stay in their entries.
    pub fn committed(
        &self,
        partitions: &[PartitionOffset],
        timeout: Duration,
    ) -> Result<Vec<PartitionOffset>, EngineError> {
        self.inner("committed")?.committed(partitions, timeout)
    }

    /// Watermarks, asked from the broker.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] naming the partition.
    pub fn watermarks(&self, topic: &str, number: i32, timeout: Duration) -> Result<Watermarks, EngineError> {
        let inner = self.inner("query_watermark_offsets")?;
        let name = crate::client::c_text("topic name", topic)?;
        let (mut low, mut high) = (0, 0);
        // SAFETY: a live client, a C string, valid out parameters.
        let code = unsafe {
            sys::rd_kafka_query_watermark_offsets(
                inner.handle.as_ptr(),
                name.as_ptr(),
                number,
                &mut low,
                &mut high,
                milliseconds(timeout),
            )
        };
        match code as i32 {
            0 => Ok(Watermarks { low, high }),
            code => Err(KafkaError::of(code).during("reading watermarks").at(topic, number).into()),
        }
    }

    /// The first offset at or after a time; each entry's `offset` holds the time in milliseconds.
    ///
    /// # Errors
    /// [`EngineError::Kafka`]; errors of single partitions stay in their entries.
    pub fn offsets_for_times(
        &self,
        partitions: &[PartitionOffset],
        timeout: Duration,
    ) -> Result<Vec<PartitionOffset>, EngineError> {
        let inner = self.inner("offsets_for_times")?;
        let list = PartitionList::new(partitions)?;
        // SAFETY: a live client and list, which is filled in place.
        let code = unsafe {
            sys::rd_kafka_offsets_for_times(inner.handle.as_ptr(), list.as_ptr(), milliseconds(timeout))
        };
        check(code, "looking offsets up by time")?;
        Ok(list.to_vec())
    }
}

impl Inner {
    /// (see [`Connection::committed`])
    pub(super) fn committed(
        &self,
        partitions: &[PartitionOffset],
        timeout: Duration,
    ) -> Result<Vec<PartitionOffset>, EngineError> {
        let list = PartitionList::new(partitions)?;
        // SAFETY: a live client and list, which is filled in place.
        let code =
            unsafe { sys::rd_kafka_committed(self.handle.as_ptr(), list.as_ptr(), milliseconds(timeout)) };
        check(code, "reading committed offsets")?;
        Ok(list.to_vec())
    }
}
