//! Asking for offsets of many partitions in one go.

use std::time::Duration;

use rdkafka_sys as sys;

use super::request::{parts, Options, Request};
use super::Admin;
use crate::client::{Handle, PartitionList, PartitionOffset};
use crate::error::{EngineError, KafkaError};

const LIST: (&str, sys::rd_kafka_admin_op_t) =
    ("listing offsets", sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_LISTOFFSETS);

/// What "latest" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsolationLevel {
    /// The high watermark.
    ReadUncommitted,
    /// The last stable offset.
    ReadCommitted,
}

/// An answer for one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundOffset {
    /// The partition, its offset (-1 if nothing was found) and leader epoch.
    pub partition: PartitionOffset,
    /// Time of the message in ms, where the question was about times; else -1.
    pub timestamp: i64,
}

impl Admin {
    /// The offset that each partition's specification (given as its offset) finds: -2 earliest,
    /// -1 latest, -3 the message with the highest time, else the first one at or after so many ms.
    ///
    /// # Errors
    /// The result holds [`EngineError::Kafka`], of the operation or of the first partition that failed.
    pub fn list_offsets(
        &self,
        partitions: &[PartitionOffset],
        isolation: Option<IsolationLevel>,
        timeout: Duration,
    ) -> Result<Request<Vec<FoundOffset>>, EngineError> {
        let list = PartitionList::new(partitions)?;
        let send = |handle: &Handle, options: &Options, queue| {
            if let Some(level) = isolation {
                set_isolation(options, level)?;
            }
            // SAFETY: live arguments; the list is copied into the request.
            unsafe { sys::rd_kafka_ListOffsets(handle.as_ptr(), list.as_ptr(), options.as_ptr(), queue) };
            Ok(())
        };
        Request::send(self.open("list_offsets")?, LIST, timeout, send, |event| {
            let mut count = 0;
            // SAFETY: the event is of this kind; its parts live as long as it does.
            unsafe {
                let result = sys::rd_kafka_event_ListOffsets_result(event);
                let infos = parts(sys::rd_kafka_ListOffsets_result_infos(result, &mut count), count);
                infos.iter().map(|info| found(*info)).collect()
            }
        })
    }
}

fn set_isolation(options: &Options, level: IsolationLevel) -> Result<(), EngineError> {
    let level = match level {
        IsolationLevel::ReadUncommitted => {
            sys::rd_kafka_IsolationLevel_t::RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED
        }
        IsolationLevel::ReadCommitted => {
            sys::rd_kafka_IsolationLevel_t::RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED
        }
    };
    // SAFETY: live options; a returned error is ours.
    let refused =
        unsafe { KafkaError::take(sys::rd_kafka_AdminOptions_set_isolation_level(options.as_ptr(), level)) };
    refused.map_or(Ok(()), |error| Err(error.into()))
}

/// # Safety
/// `info` is a part of a live result.
unsafe fn found(info: *const sys::rd_kafka_ListOffsetsResultInfo_t) -> Result<FoundOffset, EngineError> {
    // SAFETY: the caller's promise.
    let (partition, timestamp) = unsafe {
        (
            PartitionList::read_one(sys::rd_kafka_ListOffsetsResultInfo_topic_partition(info)),
            sys::rd_kafka_ListOffsetsResultInfo_timestamp(info),
        )
    };
    match partition.error {
        Some(error) => Err(error.during(LIST.0).into()),
        None => Ok(FoundOffset { partition, timestamp }),
    }
}
