//! A raw reading client: what admin reads, ad-hoc iteration and lag queries stand on.
//!
//! Owns one consumer handle and its queue. Any thread may call; polls and queries are values that the
//! caller waits for ([`Pending`]), so none blocks without a timeout and all can be woken. It follows
//! librdkafka's own group protocol when subscribed, knows no offsets of its own, and never calls out.

use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::locks::RwLock;
use rdkafka_sys as sys;

use super::call::Call;
use super::record::Polled;
use super::{
    reap, Gate, Handle, Kind, PartitionList, PartitionOffset, Queue, RawClient, Settings, REQUESTS_WITHIN,
};
use crate::error::{check, EngineError, KafkaError};

/// An open or closed reader; see the module.
pub struct Reader(RwLock<Option<Arc<Open>>>);

/// The native side. The queue goes before the client: fields drop in their order.
pub(super) struct Open {
    queue: Queue,
    pub(super) gate: Gate,
    pub(super) handle: Handle,
}

/// The handle of an open reader.
struct OpenHandle(Arc<Open>);

impl Deref for OpenHandle {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.0.handle
    }
}

impl Reader {
    /// Connects a consumer. Nothing is subscribed or assigned.
    ///
    /// # Errors
    /// [`EngineError::Setting`], [`EngineError::Creation`].
    pub fn create(settings: &Settings) -> Result<Self, EngineError> {
        let handle = Handle::create(Kind::Consumer, settings, |_| ())?;
        // SAFETY: a live consumer; the reference is ours.
        let queue = unsafe { Queue::own(sys::rd_kafka_queue_get_consumer(handle.as_ptr())) };
        let queue = queue.ok_or_else(|| EngineError::Creation("a reader needs group.id".to_owned()))?;
        Ok(Self(RwLock::new(Some(Arc::new(Open { queue, gate: Gate::default(), handle })))))
    }

    pub(super) fn open(&self, call: &'static str) -> Result<Arc<Open>, EngineError> {
        self.0.read().clone().ok_or(EngineError::ConsumerClosed(call))
    }

    /// Waits up to `timeout` for a message, then takes what else is there, up to `max`. Empty after a
    /// timeout or a wake-up.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`]. Failures of Kafka are among what is returned, in their order.
    pub fn poll(&self, timeout: Duration, max: usize) -> Result<Vec<Polled>, EngineError> {
        let open = self.open("poll")?;
        let mut polled = Vec::new();
        let mut patience = timeout;
        while polled.len() < max {
            let Some(one) = open.take(patience) else { break };
            polled.push(one);
            patience = Duration::ZERO;
        }
        Ok(polled)
    }

    /// Ends a running or coming poll. Callable from every thread.
    pub fn wake(&self) {
        if let Some(open) = self.0.read().as_ref() {
            open.queue.wake();
        }
    }

    /// Reads exactly these partitions, replacing what was assigned; `None` offsets start at the
    /// committed one.
    ///
    /// # Errors
    /// [`EngineError::Kafka`], [`EngineError::Argument`].
    pub fn assign(&self, partitions: &[PartitionOffset]) -> Result<(), EngineError> {
        self.with_list("assign", partitions, |rk, list| {
            // SAFETY: a live client and list; the list is copied.
            check(unsafe { sys::rd_kafka_assign(rk, list) }, "assigning partitions")
        })
    }

    /// Joins the group for these topics.
    ///
    /// # Errors
    /// [`EngineError::Kafka`], [`EngineError::Argument`].
    pub fn subscribe(&self, topics: &[String]) -> Result<(), EngineError> {
        const UNASSIGNED: i32 = -1;
        let list: Vec<_> = topics.iter().map(|topic| PartitionOffset::new(topic, UNASSIGNED)).collect();
        self.with_list("subscribe", &list, |rk, list| {
            // SAFETY: a live client and list; the list is copied.
            check(unsafe { sys::rd_kafka_subscribe(rk, list) }, "subscribing")
        })
    }

    /// Leaves the group.
    ///
    /// # Errors
    /// [`EngineError::Kafka`].
    pub fn unsubscribe(&self) -> Result<(), EngineError> {
        let open = self.open("unsubscribe")?;
        let _pass = open.gate.enter("unsubscribe")?;
        // SAFETY: a live client.
        check(unsafe { sys::rd_kafka_unsubscribe(open.rk()) }, "unsubscribing")
    }

    /// Stops fetching these partitions.
    ///
    /// # Errors
    /// [`EngineError::Kafka`], also for the first partition that cannot be paused.
    pub fn pause(&self, partitions: &[PartitionOffset]) -> Result<(), EngineError> {
        self.with_list("pause", partitions, |rk, list| {
            // SAFETY: a live client and list.
            check(unsafe { sys::rd_kafka_pause_partitions(rk, list) }, "pausing partitions")
        })
    }

    /// Fetches these partitions again.
    ///
    /// # Errors
    /// [`EngineError::Kafka`], also for the first partition that cannot be resumed.
    pub fn resume(&self, partitions: &[PartitionOffset]) -> Result<(), EngineError> {
        self.with_list("resume", partitions, |rk, list| {
            // SAFETY: a live client and list.
            check(unsafe { sys::rd_kafka_resume_partitions(rk, list) }, "resuming partitions")
        })
    }

    /// Remembers offsets for a later commit.
    ///
    /// # Errors
    /// [`EngineError::Kafka`], also for the first partition that is not assigned.
    pub fn store(&self, partitions: &[PartitionOffset]) -> Result<(), EngineError> {
        self.with_list("store_offset", partitions, |rk, list| {
            // SAFETY: a live client and list.
            check(unsafe { sys::rd_kafka_offsets_store(rk, list) }, "storing offsets")
        })
    }

    /// The next offset to be read of each partition; none before its first message.
    ///
    /// # Errors
    /// [`EngineError::Kafka`].
    pub fn position(&self, partitions: &[PartitionOffset]) -> Result<Vec<PartitionOffset>, EngineError> {
        let open = self.open("position")?;
        let list = PartitionList::new(partitions)?;
        // SAFETY: a live client and list.
        check(unsafe { sys::rd_kafka_position(open.rk(), list.as_ptr()) }, "reading positions")?;
        Ok(list.to_vec())
    }

    /// What is assigned.
    ///
    /// # Errors
    /// [`EngineError::Kafka`].
    pub fn assignment(&self) -> Result<Vec<PartitionOffset>, EngineError> {
        let open = self.open("assignment")?;
        let mut native = std::ptr::null_mut();
        // SAFETY: a live client, a valid out parameter; the list becomes ours.
        let list = unsafe {
            check(sys::rd_kafka_assignment(open.rk(), &mut native), "reading the assignment")?;
            PartitionList::own(native)
        };
        Ok(list.map(|list| list.to_vec()).unwrap_or_default())
    }

    /// The subscribed topics.
    ///
    /// # Errors
    /// [`EngineError::Kafka`].
    pub fn subscription(&self) -> Result<Vec<String>, EngineError> {
        let open = self.open("subscription")?;
        let mut native = std::ptr::null_mut();
        // SAFETY: a live client, a valid out parameter; the list becomes ours.
        let list = unsafe {
            check(sys::rd_kafka_subscription(open.rk(), &mut native), "reading the subscription")?;
            PartitionList::own(native)
        };
        let topics = list.map(|list| list.to_vec()).unwrap_or_default();
        Ok(topics.into_iter().map(|entry| entry.topic).collect())
    }

    fn with_list(
        &self,
        call: &'static str,
        partitions: &[PartitionOffset],
        work: impl FnOnce(
            *mut sys::rd_kafka_t,
            *mut sys::rd_kafka_topic_partition_list_t,
        ) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let open = self.open(call)?;
        let list = PartitionList::new(partitions)?;
        let _pass = open.gate.enter(call)?;
        work(open.rk(), list.as_ptr())?;
        first_failure(&list.to_vec(), call)
    }

    /// Queries for [`super::queries`]: `work` runs on a thread of its own.
    pub(super) fn query<T: Send + 'static>(
        &self,
        call: &'static str,
        work: impl FnOnce(&Handle) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<Call<T>, EngineError> {
        let open = self.open(call)?;
        Ok(Call::start(move || work(&open.handle)))
    }
}

impl RawClient for Reader {
    fn handle(
        &self,
        call: &'static str,
    ) -> Result<impl Deref<Target = Handle> + Send + 'static, EngineError> {
        self.open(call).map(OpenHandle)
    }

    /// Unsubscribes, leaves the group and gives the client back; a second call does nothing. The
    /// work goes on by itself when nobody waits for it.
    fn close(&self) -> Option<Call<()>> {
        let open = self.0.write().take()?;
        open.queue.wake();
        Some(Call::start(move || {
            if open.gate.shut(Instant::now() + REQUESTS_WITHIN) {
                // SAFETY: a live consumer. What fails here fails for a client that is going away anyhow.
                unsafe {
                    sys::rd_kafka_unsubscribe(open.rk());
                    sys::rd_kafka_consumer_close(open.rk());
                }
            }
            Ok(())
        }))
    }

    fn is_closed(&self) -> bool {
        self.0.read().is_none()
    }

    fn wake_events(&self) {
        if let Some(open) = self.0.read().as_ref() {
            open.handle.main_queue().wake();
        }
    }
}

impl Drop for Reader {
    /// One that nobody closed leaves its group by its session's timeout.
    fn drop(&mut self) {
        if let Some(open) = self.0.get_mut().take() {
            reap(move || drop(open));
        }
    }
}

impl Open {
    fn rk(&self) -> *mut sys::rd_kafka_t {
        self.handle.as_ptr()
    }

    /// One message after the other: librdkafka's batch call counts an end of partition as a message, so
    /// that a partition resumed after its end would skip one.
    fn take(&self, timeout: Duration) -> Option<Polled> {
        let milliseconds = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: a live consumer; a message that is returned is ours, copied, then destroyed once.
        unsafe {
            let message = sys::rd_kafka_consumer_poll(self.rk(), milliseconds);
            if message.is_null() {
                return None;
            }
            let copied = Polled::copy(&*message);
            sys::rd_kafka_message_destroy(message);
            Some(copied)
        }
    }
}

/// The first partition that failed, as the error of the whole call.
pub(crate) fn first_failure(partitions: &[PartitionOffset], call: &str) -> Result<(), EngineError> {
    let failed: Option<KafkaError> = partitions.iter().find_map(|partition| partition.error.clone());
    failed.map_or(Ok(()), |error| Err(error.during(call).into()))
}
