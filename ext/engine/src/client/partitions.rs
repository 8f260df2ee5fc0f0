//! Lists of topic-partitions with offsets, in both worlds.

use std::ptr::NonNull;

use rdkafka_sys as sys;

use super::handle::c_text;
use crate::error::{text, EngineError, KafkaError};

/// One topic-partition with what calls carry about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PartitionOffset {
    /// The topic's name.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// An offset; `None` where librdkafka says "invalid" (-1001).
    pub offset: Option<i64>,
    /// The leader epoch of that offset (KIP-320), if known.
    pub leader_epoch: Option<i32>,
    /// The text committed beside the offset.
    pub metadata: Option<Vec<u8>>,
    /// What went wrong for this partition alone.
    pub error: Option<KafkaError>,
}

impl PartitionOffset {
    /// A partition without an offset.
    pub fn new(topic: impl Into<String>, partition: i32) -> Self {
        Self { topic: topic.into(), partition, ..Self::default() }
    }

    /// The same partition with an offset.
    pub fn with_offset(mut self, offset: i64) -> Self {
        self.offset = Some(offset);
        self
    }
}

/// An owned native list.
pub struct PartitionList(NonNull<sys::rd_kafka_topic_partition_list_t>);

// SAFETY: plain memory without thread affinity.
unsafe impl Send for PartitionList {}

impl PartitionList {
    /// A native copy of `partitions`.
    ///
    /// # Errors
    /// [`EngineError::Argument`] if a topic name holds a NUL byte.
    pub fn new<'a>(partitions: impl IntoIterator<Item = &'a PartitionOffset>) -> Result<Self, EngineError> {
        // SAFETY: allocates; librdkafka aborts rather than returning null.
        let native = unsafe { sys::rd_kafka_topic_partition_list_new(8) };
        let list = NonNull::new(native)
            .map(Self)
            .ok_or_else(|| EngineError::Argument("no memory for a partition list".to_owned()))?;
        for partition in partitions {
            list.add(partition)?;
        }
        Ok(list)
    }

    /// Takes over a native list; `None` for null.
    ///
    /// # Safety
    /// `native` is null or a list that the caller owns.
    pub unsafe fn own(native: *mut sys::rd_kafka_topic_partition_list_t) -> Option<Self> {
        NonNull::new(native).map(Self)
    }

    fn add(&self, partition: &PartitionOffset) -> Result<(), EngineError> {
        let topic = c_text("topic name", &partition.topic)?;
        // SAFETY: a live list; the name is copied; metadata goes over as an allocation of librdkafka's,
        // which the list frees; its allocator needs no client.
        unsafe {
            let entry = &mut *sys::rd_kafka_topic_partition_list_add(
                self.as_ptr(),
                topic.as_ptr(),
                partition.partition,
            );
            entry.offset = partition.offset.unwrap_or(i64::from(sys::RD_KAFKA_OFFSET_INVALID));
            if let Some(epoch) = partition.leader_epoch {
                sys::rd_kafka_topic_partition_set_leader_epoch(entry, epoch);
            }
            if let Some(metadata) = &partition.metadata {
                let copy = sys::rd_kafka_mem_malloc(std::ptr::null_mut(), metadata.len().max(1));
                if !copy.is_null() {
                    std::ptr::copy_nonoverlapping(metadata.as_ptr(), copy.cast(), metadata.len());
                    entry.metadata = copy;
                    entry.metadata_size = metadata.len();
                }
            }
        }
        Ok(())
    }

    /// The native pointer.
    pub fn as_ptr(&self) -> *mut sys::rd_kafka_topic_partition_list_t {
        self.0.as_ptr()
    }

    /// Copies the list into plain values.
    pub fn to_vec(&self) -> Vec<PartitionOffset> {
        // SAFETY: a live list of ours.
        unsafe { Self::read(self.as_ptr()) }
    }

    /// Copies a native list that stays its owner's; empty for null.
    ///
    /// # Safety
    /// `native` is null or a live list.
    pub unsafe fn read(native: *const sys::rd_kafka_topic_partition_list_t) -> Vec<PartitionOffset> {
        if native.is_null() {
            return Vec::new();
        }
        // SAFETY: the caller's promise; `cnt` entries follow `elems`.
        unsafe {
            let list = &*native;
            let count = usize::try_from(list.cnt).unwrap_or(0);
            (0..count).map(|index| Self::read_entry(&*list.elems.add(index))).collect()
        }
    }

    /// Copies one native entry that stays its owner's.
    ///
    /// # Safety
    /// `entry` is a live entry.
    pub unsafe fn read_one(entry: *const sys::rd_kafka_topic_partition_t) -> PartitionOffset {
        // SAFETY: the caller's promise.
        unsafe { Self::read_entry(&*entry) }
    }

    /// # Safety
    /// `entry` belongs to a live list.
    unsafe fn read_entry(entry: &sys::rd_kafka_topic_partition_t) -> PartitionOffset {
        // SAFETY: the caller's promise.
        let epoch = unsafe { sys::rd_kafka_topic_partition_get_leader_epoch(entry) };
        let metadata = (!entry.metadata.is_null()).then(|| {
            // SAFETY: librdkafka keeps pointer and size together.
            unsafe { std::slice::from_raw_parts(entry.metadata.cast::<u8>(), entry.metadata_size) }.to_vec()
        });
        let topic = text(entry.topic).unwrap_or_default();
        let code = entry.err as i32;
        PartitionOffset {
            error: (code != 0).then(|| KafkaError::of(code).at(&topic, entry.partition)),
            topic,
            partition: entry.partition,
            offset: (entry.offset != i64::from(sys::RD_KAFKA_OFFSET_INVALID)).then_some(entry.offset),
            leader_epoch: (epoch >= 0).then_some(epoch),
            metadata,
        }
    }
}

impl Drop for PartitionList {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { sys::rd_kafka_topic_partition_list_destroy(self.as_ptr()) };
    }
}
