//! The raw client: what stands below connections, producers, admin calls and iterators.
//!
//! [`Settings`] become a native configuration, a [`Handle`] owns one `rd_kafka_t` and its main queue,
//! [`Event`]s are what librdkafka has to say outside of messages. No thread of librdkafka ever calls
//! out of here: everything becomes a value in a queue that the owner drains. [`Reader`] is a consumer
//! for reading apart from any connection; what it asks brokers comes back through [`Pending`]. What it has in
//! common with other clients is a [`RawClient`]'s.

mod call;
mod event;
mod gate;
mod handle;
mod metadata;
mod partitions;
mod queries;
mod raw;
mod reader;
mod record;
mod settings;

pub use call::{Call, Pending};
pub use event::Event;
pub(crate) use gate::{Gate, REQUESTS_WITHIN};
pub(crate) use handle::{c_text, reap};
pub use handle::{Handle, Kind, Queue};
pub use metadata::{BrokerMetadata, ClusterMetadata, PartitionMetadata, TopicMetadata};
pub use partitions::{PartitionList, PartitionOffset};
pub use queries::Offsets;
pub use raw::RawClient;
pub use reader::Reader;
pub use record::{Polled, Record};
pub use settings::Settings;
