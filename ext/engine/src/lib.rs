//! The core of karafka-native: connections, batches, offsets, decisions. It knows no Ruby.
//!
//! # Map
//! - [`allocator`]: where librdkafka's memory comes from
//! - [`admin`]: changes to a cluster and questions about it
//! - [`broker`]: the embedded broker for demos and users' own tests
//! - [`cipher`]: payloads sealed at rest: RSA, data keys, frames
//! - [`connection`]: the Kafka consumer of one subscription group: polls, rebalances, offsets
//! - [`batch`]: fetched messages of one topic-partition
//! - [`partition`]: the state machine of one assigned partition, and the pure `decide`
//! - [`jobs`]: jobs on their way to the workers
//! - [`json`]: documents, read without building the objects that they describe
//! - [`ledger`]: which offset may be committed
//! - [`client`]: the raw librdkafka client below everything else
//! - [`fanout`]: sharing a batch out to lanes
//! - [`error`]: what can go wrong, as values with context
//! - [`pool`]: the threads for work on batches, shared by all who compute
//! - [`process`]: the epoch that tells a forked child from its parent
//! - [`producer`]: sending, delivery reports, transactions
//! - [`statistics`]: statistics documents, reduced to what is assigned
//!
//! # Locks
//! Order, outermost first: `Connection::inner`, `Inner::fill`, `Inner::partitions`, `Partition::state`; apart
//! from them `Inner::claims` before the registry of claims. What is at work under a claim, and `Inner::takeovers`,
//! are locked alone, or within `Inner::reader`.
//! None is held across Ruby or a wait, except `fill` by the polling thread alone, which owns it.

pub mod admin;
pub mod allocator;
pub mod batch;
pub mod broker;
pub mod cipher;
pub mod client;
pub mod connection;
pub mod error;
pub mod fanout;
pub mod jobs;
pub mod json;
pub mod ledger;
mod locks;
pub mod partition;
pub mod pool;
pub mod process;
pub mod producer;
pub mod statistics;

/// The native bindings, for code that must name a native constant.
pub use rdkafka_sys as sys;
