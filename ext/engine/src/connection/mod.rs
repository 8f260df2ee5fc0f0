//! The Kafka consumer of one subscription group.
//!
//! Threads: one thread polls ([`Connection::poll`], rebalance answers, close); marks, pauses, seeks,
//! commits and queries come from any thread. Every call counts itself in, so close waits for the calls
//! that run and later ones get [`EngineError::ConsumerClosed`]. librdkafka's threads call nothing but
//! the rebalance callback's copy (`rebalance.rs`), and that on the polling thread.

mod aside;
mod claims;
mod closing;
mod control;
mod fetched;
mod fill;
mod offsets;
mod poll;
mod queries;
mod reaction;
mod rebalance;
mod takeover;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::locks::Mutex;
use rdkafka_sys as sys;

use crate::client::{Event, Gate, Handle, Kind, PartitionList, PartitionOffset, Queue, Settings};
use crate::error::{check, EngineError};
use crate::partition::{Backoff, Claim, Features, Ownership, Partition};
use aside::Aside;
use fill::Fill;
pub use offsets::Patience;
pub use poll::{PollLimits, Polled};
pub use queries::Watermarks;
use rebalance::Shared;
pub use rebalance::{Rebalance, RebalanceKind};
use takeover::Takeovers;

/// A consumer, or what is left of it after [`Connection::close`].
pub struct Connection {
    inner: Mutex<Option<Arc<Inner>>>,
}

/// States by topic and partition.
type States = HashMap<(Arc<str>, i32), Arc<Partition>>;

/// Claims by topic and partition.
type Claims = HashMap<(Arc<str>, i32), Claim>;

/// What lives as long as the native client. Field order is drop order: queues before the client, the
/// callback's memory after it.
pub(crate) struct Inner {
    queue: Queue,
    closing: Mutex<Option<Queue>>,
    gate: Gate,
    fill: Mutex<Fill>,
    aside: Aside,
    partitions: Mutex<States>,
    assigned: Mutex<Vec<PartitionOffset>>,
    /// What the assignment claims among all connections of the process.
    claims: Mutex<Claims>,
    takeovers: Mutex<Takeovers>,
    group: Arc<str>,
    /// Given away while paused: a pause must not outlive the assignment, neither in librdkafka, which
    /// keeps it for the next one, nor for those who watch.
    given_away_paused: Mutex<Vec<Arc<Partition>>>,
    /// One pause, resume or seek at a time: librdkafka refuses a seek that another pause overtakes. The
    /// one lock that is held across native calls: its holders wait without Ruby's lock, hold no other
    /// lock, and take only such as are given back before the next native call.
    reader: Mutex<()>,
    woken: AtomicBool,
    auto_create: bool,
    handle: Handle,
    shared: Box<Shared>,
}

impl Connection {
    /// Makes a consumer that is subscribed to nothing yet.
    ///
    /// Forces `enable.auto.offset.store` off, because librdkafka would otherwise store what it hands
    /// out rather than what was processed, and sets `fetch.queue.backoff.ms` to 10 where the user did
    /// not: its default of 1,000 puts the fetcher to sleep whenever the local queue is full.
    ///
    /// # Errors
    /// [`EngineError::Setting`] or [`EngineError::Creation`]; nothing is left behind.
    pub fn new(settings: &Settings) -> Result<Self, EngineError> {
        let mut settings = settings.clone();
        settings.set("enable.auto.offset.store", "false");
        settings.set_default("fetch.queue.backoff.ms", "10");
        let auto_create = settings.enabled("allow.auto.create.topics");
        let shared = Box::new(Shared::default());
        let handle = Handle::create(Kind::Consumer, &settings, |native| shared.register(native))?;
        // SAFETY: a live consumer; the reference is ours.
        let queue = unsafe { Queue::own(sys::rd_kafka_queue_get_consumer(handle.as_ptr())) }
            .ok_or_else(|| EngineError::Creation("the consumer has no queue: set group.id".to_owned()))?;
        shared.wakes(&queue);
        let inner = Inner {
            queue,
            closing: Mutex::default(),
            gate: Gate::default(),
            fill: Mutex::default(),
            aside: Aside::new(&settings),
            partitions: Mutex::default(),
            assigned: Mutex::default(),
            claims: Mutex::default(),
            takeovers: Mutex::default(),
            group: settings.get("group.id").unwrap_or_default().into(),
            given_away_paused: Mutex::default(),
            reader: Mutex::default(),
            woken: AtomicBool::new(false),
            auto_create,
            handle,
            shared,
        };
        Ok(Self { inner: Mutex::new(Some(Arc::new(inner))) })
    }

    fn inner(&self, call: &'static str) -> Result<Arc<Inner>, EngineError> {
        self.inner.lock().clone().ok_or(EngineError::ConsumerClosed(call))
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.inner.lock().is_none()
    }

    /// librdkafka's name of the client.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`].
    pub fn name(&self) -> Result<String, EngineError> {
        Ok(self.inner("name")?.handle.name())
    }

    /// The consumer group at this moment, for offsets in a producer's transaction; `None` without one.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`].
    pub fn group_metadata(&self) -> Result<Option<crate::producer::GroupMetadata>, EngineError> {
        let inner = self.inner("group_metadata")?;
        let _pass = inner.gate.enter("group_metadata")?;
        Ok(crate::producer::GroupMetadata::of(&inner.handle))
    }

    /// Subscribes to topic names; one that starts with `^` is a regular expression of librdkafka
    /// (or of the broker, with `group.protocol: consumer`).
    ///
    /// # Errors
    /// [`EngineError::Kafka`] or [`EngineError::ConsumerClosed`].
    pub fn subscribe(&self, topics: &[String]) -> Result<(), EngineError> {
        let inner = self.inner("subscribe")?;
        let partitions: Vec<_> =
            topics.iter().map(|topic| PartitionOffset::new(topic.as_str(), -1)).collect();
        let list = PartitionList::new(&partitions)?;
        let _pass = inner.gate.enter("subscribe")?;
        // SAFETY: a live client and list; librdkafka copies the list.
        let code = unsafe { sys::rd_kafka_subscribe(inner.handle.as_ptr(), list.as_ptr()) };
        check(code, &format!("subscribing to {}", topics.join(", ")))
    }

    /// Leaves the group's topics; partitions go with the rebalance that follows.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] or [`EngineError::ConsumerClosed`].
    pub fn unsubscribe(&self) -> Result<(), EngineError> {
        let inner = self.inner("unsubscribe")?;
        let _pass = inner.gate.enter("unsubscribe")?;
        // SAFETY: a live client.
        check(unsafe { sys::rd_kafka_unsubscribe(inner.handle.as_ptr()) }, "unsubscribing")
    }

    /// One event of the main queue, waiting up to `timeout`; `None` when there is none. Statistics
    /// speak of assigned partitions only.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`].
    pub fn event(&self, timeout: Duration) -> Result<Option<Event>, EngineError> {
        let inner = self.inner("event")?;
        Ok(inner.handle.poll_event(timeout).map(|event| match event {
            Event::Statistics(document) => {
                Event::Statistics(crate::statistics::reduce_to(document, &inner.assigned.lock()))
            }
            other => other,
        }))
    }

    /// Answers a token request; see [`Handle::set_token`].
    ///
    /// # Errors
    /// As there, or [`EngineError::ConsumerClosed`].
    pub fn set_token(
        &self,
        token: &str,
        lifetime_ms: i64,
        principal: &str,
        extensions: &[(String, String)],
    ) -> Result<(), EngineError> {
        self.inner("set_token")?.handle.set_token(token, lifetime_ms, principal, extensions)
    }

    /// Tells librdkafka that no token could be had.
    ///
    /// # Errors
    /// As [`Handle::set_token_failure`], or [`EngineError::ConsumerClosed`].
    pub fn set_token_failure(&self, reason: &str) -> Result<(), EngineError> {
        self.inner("set_token_failure")?.handle.set_token_failure(reason)
    }

    /// What is assigned now.
    pub fn assignment(&self) -> Vec<PartitionOffset> {
        self.inner.lock().clone().map_or_else(Vec::new, |inner| inner.assigned.lock().clone())
    }

    /// Whether the group took everything away and no rebalance was served since; true when closed.
    pub fn is_assignment_lost(&self) -> bool {
        self.inner.lock().clone().is_none_or(|inner| inner.is_lost())
    }

    /// The state of an assigned partition, made at its first use. Its lifetime is the assignment's.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`].
    pub fn partition(
        &self,
        topic: &str,
        number: i32,
        features: Features,
        backoff: Backoff,
    ) -> Result<Arc<Partition>, EngineError> {
        let inner = self.inner("partition")?;
        let ownership: Weak<dyn Ownership> = Arc::downgrade(&(inner.clone() as Arc<dyn Ownership>));
        let key: (Arc<str>, i32) = (topic.into(), number);
        let delivered = inner.fill.lock().delivered(topic, number).cloned();
        let claim = inner.claims.lock().get(&key).cloned();
        let mut partitions = inner.partitions.lock();
        let state = partitions.entry(key).or_insert_with_key(|(topic, number)| {
            let state =
                Partition::new(topic.clone(), *number, features, backoff, Some(ownership)).under(claim);
            if let Some(delivered) = delivered {
                state.deliver(delivered.next, &delivered.epochs, delivered.next);
            }
            Arc::new(state)
        });
        Ok(state.clone())
    }

    /// Ends a running, or the next, poll: it returns what it has. Callable from any thread.
    pub fn wake(&self) {
        if let Some(inner) = self.inner.lock().clone() {
            inner.wake();
        }
    }

    /// Ends a running, or the next, wait for an event. Callable from any thread.
    pub fn wake_events(&self) {
        if let Some(inner) = self.inner.lock().clone() {
            inner.handle.main_queue().wake();
        }
    }
}

impl Inner {
    fn wake(&self) {
        self.woken.store(true, Ordering::Release);
        self.queue.wake();
    }

    fn is_assigned(&self, topic: &str, partition: i32) -> bool {
        self.assigned.lock().iter().any(|known| known.partition == partition && known.topic == topic)
    }

    fn known(&self, topic: &str, partition: i32) -> Option<Arc<Partition>> {
        self.partitions.lock().get(&(Arc::from(topic), partition)).cloned()
    }
}

impl Ownership for Inner {
    fn is_lost(&self) -> bool {
        // SAFETY: a live client of this process; the call reads a flag.
        !self.handle.is_local() || unsafe { sys::rd_kafka_assignment_lost(self.handle.as_ptr()) } != 0
    }
}
