//! Producing: hand-over of messages, their delivery reports, transactions, the end of a client.
//!
//! A [`Producer`] owns one native client, and one more for each further set of topic settings that
//! a topic is used with (librdkafka keeps only the first). Delivery reports arrive as events of the
//! clients' queues; a [`Poller`] sleeps on any number of producers and drains them. Messages that
//! nobody observes are resolved there without Ruby; everything else becomes a [`Happening`].
//!
//! Lock order: `Producer::links`, then a link's topics; the signal's lock is a leaf, as librdkafka
//! calls it from under its own queue locks.

mod client;
mod close;
mod counts;
mod delivery;
mod drain;
mod hurry;
mod link;
mod outgoing;
mod partitioner;
mod poller;
mod transaction;
mod turns;

pub use client::{Producer, Target, TopicSettings};
pub use delivery::{Delivery, Report};
pub use drain::{Happening, Reports};
pub use link::Topic;
pub use outgoing::{Headers, Outgoing, Placement};
pub use partitioner::{hashed_part, Partitioner};
pub use poller::Poller;
pub use transaction::GroupMetadata;
pub use turns::{Turns, MESSAGES_A_TURN};
