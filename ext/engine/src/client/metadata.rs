//! What a cluster says about its brokers, topics and partitions.

use std::time::Duration;

use rdkafka_sys as sys;

use super::handle::{c_text, Handle};
use crate::error::{check, text, EngineError};

/// A broker of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerMetadata {
    /// Its id.
    pub id: i32,
    /// The host it advertises.
    pub host: String,
    /// The port it advertises.
    pub port: i32,
}

/// A partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionMetadata {
    /// Its number.
    pub id: i32,
    /// Error code, 0 for none.
    pub error: i32,
    /// Id of the leading broker, -1 while there is none.
    pub leader: i32,
    /// Ids of all replicas.
    pub replicas: Vec<i32>,
    /// Ids of the replicas in sync.
    pub in_sync: Vec<i32>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicMetadata {
    /// Its name.
    pub name: String,
    /// Error code, 0 for none.
    pub error: i32,
    /// Its partitions, in the order of the answer.
    pub partitions: Vec<PartitionMetadata>,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterMetadata {
    /// The brokers that are up.
    pub brokers: Vec<BrokerMetadata>,
    /// The topics asked for.
    pub topics: Vec<TopicMetadata>,
}

impl ClusterMetadata {
    /// Asks for one topic, or for all. Blocks up to `timeout`. Creates no topic, as long as `handle`
    /// is a consumer without `allow.auto.create.topics`.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] if no broker answers in time.
    pub fn query(handle: &Handle, topic: Option<&str>, timeout: Duration) -> Result<Self, EngineError> {
        let topic = topic.map(|name| TopicHandle::new(handle, name)).transpose()?;
        let native_topic = topic.as_ref().map_or(std::ptr::null_mut(), |topic| topic.0);
        let mut native = std::ptr::null();
        let milliseconds = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: a live client, a topic handle that outlives the call, a valid out parameter.
        let code = unsafe {
            sys::rd_kafka_metadata(
                handle.as_ptr(),
                i32::from(topic.is_none()),
                native_topic,
                &mut native,
                milliseconds,
            )
        };
        check(code, "fetching metadata")?;
        // SAFETY: success fills the pointer; it is ours, copied, then destroyed.
        unsafe {
            let copied = Self::copy(&*native);
            sys::rd_kafka_metadata_destroy(native);
            Ok(copied)
        }
    }

    /// # Safety
    /// `native` is a live answer.
    unsafe fn copy(native: &sys::rd_kafka_metadata) -> Self {
        // SAFETY: counts and arrays belong together, in the answer and in each topic of it.
        unsafe {
            Self {
                brokers: list(native.brokers, native.broker_cnt)
                    .iter()
                    .map(|broker| BrokerMetadata {
                        id: broker.id,
                        host: text(broker.host).unwrap_or_default(),
                        port: broker.port,
                    })
                    .collect(),
                topics: list(native.topics, native.topic_cnt)
                    .iter()
                    .map(|topic| TopicMetadata {
                        name: text(topic.topic).unwrap_or_default(),
                        error: topic.err as i32,
                        partitions: list(topic.partitions, topic.partition_cnt)
                            .iter()
                            .map(|partition| PartitionMetadata {
                                id: partition.id,
                                error: partition.err as i32,
                                leader: partition.leader,
                                replicas: list(partition.replicas, partition.replica_cnt).to_vec(),
                                in_sync: list(partition.isrs, partition.isr_cnt).to_vec(),
                            })
                            .collect(),
                    })
                    .collect(),
            }
        }
    }
}

/// A native C array as a slice, empty for null.
///
/// # Safety
/// `start` is null or points to `count` live values.
unsafe fn list<'a, T>(start: *const T, count: std::os::raw::c_int) -> &'a [T] {
    match usize::try_from(count) {
        // SAFETY: the caller's promise.
        Ok(count) if !start.is_null() => unsafe { std::slice::from_raw_parts(start, count) },
        _ => &[],
    }
}

/// An owned reference to librdkafka's record of a topic.
struct TopicHandle(*mut sys::rd_kafka_topic_t);

impl TopicHandle {
    fn new(handle: &Handle, name: &str) -> Result<Self, EngineError> {
        let name = c_text("topic name", name)?;
        // SAFETY: a live client and string; null settings are the client's defaults.
        let native = unsafe { sys::rd_kafka_topic_new(handle.as_ptr(), name.as_ptr(), std::ptr::null_mut()) };
        if native.is_null() {
            // SAFETY: reads the calling thread's last error.
            let code = unsafe { sys::rd_kafka_last_error() };
            check(code, "naming a topic")?;
        }
        Ok(Self(native))
    }
}

impl Drop for TopicHandle {
    fn drop(&mut self) {
        // SAFETY: owned, and not null: `new` fails otherwise.
        unsafe { sys::rd_kafka_topic_destroy(self.0) };
    }
}
