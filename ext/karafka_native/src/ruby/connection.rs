//! `Karafka::Native::Connection`: the Kafka consumer of one subscription group.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

use karafka_engine::client::{Call, PartitionOffset};
use karafka_engine::connection::{Connection as Consumer, Patience, PollLimits};
use karafka_engine::error::EngineError;
use magnus::{function, method, Class, Error, Module, Object, RArray, RHash, RModule, Ruby, Value};

use super::group_metadata::GroupMetadata;
use super::library::settings;
use super::partition::Partition;
use super::partition_features::features;
use super::pending::perform;
use super::rebalance::Rebalance;
use super::rows::{event_array, pairs, places, polled_array, rows};
use crate::vm::{errors, fork, gc, lock};

/// Far beyond what librdkafka's thread needs to answer.
const GROUP_METADATA_TIMEOUT: Duration = Duration::from_secs(5);

/// One consumer; used only in the process that made it.
#[magnus::wrap(class = "Karafka::Native::Connection", free_immediately)]
pub struct Connection(fork::Guarded<Arc<Consumer>>);

/// Calls that end within microseconds need no way to be woken.
fn quick<T>(ruby: &Ruby, work: impl FnOnce() -> Result<T, EngineError>) -> Result<T, Error> {
    lock::keep(ruby, work)
}

impl Connection {
    fn new(ruby: &Ruby, hash: RHash) -> Result<Self, Error> {
        let settings = settings(hash)?;
        let made = lock::release(ruby, move || Consumer::new(&settings), lock::no_wake)?;
        Ok(Self(fork::Guarded::new(Arc::new(errors::to_ruby(ruby, made)?))))
    }

    /// Asks a broker on a thread beside: signals, kills and `Timeout` act at once, and what was asked
    /// goes on by itself then.
    fn ask<T: Send + 'static>(
        ruby: &Ruby,
        rb_self: &Self,
        operation: &str,
        timeout: Duration,
        work: impl FnOnce(&Consumer) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, Error> {
        let consumer = Arc::clone(rb_self.0.get(ruby)?);
        perform(ruby, &Call::start(move || work(&consumer)), operation, timeout)
    }

    /// Runs a call that may wait, without the VM lock; a wake ends a poll inside it.
    fn wait<T>(
        ruby: &Ruby,
        rb_self: &Self,
        work: impl FnOnce(&Consumer) -> Result<T, EngineError>,
    ) -> Result<T, Error> {
        let consumer = rb_self.0.get(ruby)?;
        let result = lock::release(ruby, || work(consumer), || consumer.wake())?;
        errors::to_ruby(ruby, result)
    }

    /// As [`Connection::wait`] for calls that have their own end of patience: a killed thread ends its own
    /// call and nobody else's.
    fn wait_patiently<T>(
        ruby: &Ruby,
        rb_self: &Self,
        timeout: Duration,
        work: impl FnOnce(&Consumer, Patience) -> Result<T, EngineError>,
    ) -> Result<T, Error> {
        let consumer = rb_self.0.get(ruby)?;
        let ended = AtomicBool::new(false);
        let patience = Patience { timeout, ended: &ended };
        let result =
            lock::release(ruby, || work(consumer, patience), || ended.store(true, Ordering::Release))?;
        errors::to_ruby(ruby, result)
    }

    fn name(ruby: &Ruby, rb_self: &Self) -> Result<String, Error> {
        let consumer = rb_self.0.get(ruby)?;
        quick(ruby, || consumer.name())
    }

    /// What `consumer_group_metadata_pointer` of a consumer's client answers; nil without a group.
    fn group_metadata(ruby: &Ruby, rb_self: &Self) -> Result<Option<GroupMetadata>, Error> {
        // librdkafka asks its own thread and waits without limit.
        let asked = Self::ask(ruby, rb_self, "group_metadata", GROUP_METADATA_TIMEOUT, |consumer| {
            consumer.group_metadata()
        })?;
        Ok(asked.map(GroupMetadata::new))
    }

    fn closed(&self) -> bool {
        !self.0.is_local() || self.0.peek().is_none_or(|consumer| consumer.is_closed())
    }

    fn subscribe(ruby: &Ruby, rb_self: &Self, topics: Vec<String>) -> Result<(), Error> {
        Self::wait(ruby, rb_self, |consumer| consumer.subscribe(&topics))
    }

    fn unsubscribe(ruby: &Ruby, rb_self: &Self) -> Result<(), Error> {
        Self::wait(ruby, rb_self, Consumer::unsubscribe)
    }

    /// `[batches, ends, reports, failure, rebalances]`: `Batch`es, `[topic, partition, offset]` of reached
    /// ends, errors to tell, an error to raise or nil, and whether a rebalance waits. Times in ms. A block
    /// is called every second until the poll is over, to serve events.
    fn poll(
        ruby: &Ruby,
        rb_self: &Self,
        max_messages: usize,
        max_wait: u64,
        linger: Option<u64>,
    ) -> Result<RArray, Error> {
        let limits = PollLimits {
            max_messages,
            max_wait: Duration::from_millis(max_wait),
            linger: linger.map(Duration::from_millis),
        };
        while !Self::wait(ruby, rb_self, |consumer| consumer.gather(limits))? {
            if ruby.block_given() {
                ruby.yield_value::<_, Value>(())?;
            }
        }
        // Whoever is interrupted here leaves what came to the next poll.
        gc::collect_if_due(ruby)?;
        lock::check_interrupts()?;
        let consumer = rb_self.0.get(ruby)?;
        polled_array(ruby, quick(ruby, || consumer.hand_over())?)
    }

    fn wake(ruby: &Ruby, rb_self: &Self) -> Result<(), Error> {
        rb_self.0.get(ruby)?.wake();
        Ok(())
    }

    /// The next event or nil: `[:statistics, json]`, `[:error, exception]`,
    /// `[:token_refresh, config]`, `[:log, level, facility, text]`. Waits up to `timeout` ms.
    fn event(ruby: &Ruby, rb_self: &Self, timeout: u64) -> Result<Option<RArray>, Error> {
        let timeout = Duration::from_millis(timeout);
        let event = if timeout.is_zero() {
            let consumer = rb_self.0.get(ruby)?;
            quick(ruby, || consumer.event(timeout))?
        } else {
            let consumer = rb_self.0.get(ruby)?;
            let event = lock::release(ruby, || consumer.event(timeout), || consumer.wake_events())?;
            errors::to_ruby(ruby, event)?
        };
        event.map(|event| event_array(ruby, event)).transpose()
    }

    fn rebalance(ruby: &Ruby, rb_self: &Self) -> Result<Option<Rebalance>, Error> {
        let consumer = rb_self.0.get(ruby)?;
        Ok(quick(ruby, || consumer.rebalance())?.map(Rebalance))
    }

    fn answer(ruby: &Ruby, rb_self: &Self, rebalance: &Rebalance, commit_timeout: u64) -> Result<(), Error> {
        let timeout = Duration::from_millis(commit_timeout);
        Self::wait_patiently(ruby, rb_self, timeout, |consumer, patience| {
            consumer.answer(&rebalance.0, patience)
        })
    }

    /// `[[topic, partition], ...]`.
    fn assignment(ruby: &Ruby, rb_self: &Self) -> Result<RArray, Error> {
        pairs(ruby, &rb_self.0.get(ruby)?.assignment())
    }

    fn assignment_lost(ruby: &Ruby, rb_self: &Self) -> Result<bool, Error> {
        Ok(rb_self.0.get(ruby)?.is_assignment_lost())
    }

    fn partition(
        ruby: &Ruby,
        rb_self: &Self,
        topic: String,
        number: i32,
        options: RHash,
    ) -> Result<Partition, Error> {
        let (features, backoff) = features(ruby, options)?;
        let consumer = rb_self.0.get(ruby)?;
        quick(ruby, || consumer.partition(&topic, number, features, backoff)).map(Partition)
    }

    /// The state of an assigned partition, nil when there is none.
    fn known_partition(
        ruby: &Ruby,
        rb_self: &Self,
        topic: String,
        number: i32,
    ) -> Result<Option<Partition>, Error> {
        Ok(rb_self.0.get(ruby)?.known_partition(&topic, number).map(Partition))
    }

    /// False when the partition is not assigned.
    fn pause(
        ruby: &Ruby,
        rb_self: &Self,
        topic: String,
        number: i32,
        offset: Option<i64>,
    ) -> Result<bool, Error> {
        Self::wait(ruby, rb_self, |consumer| consumer.pause(&topic, number, offset))
    }

    /// False when the partition is not assigned. Over in microseconds, so it keeps the VM lock.
    fn hold(ruby: &Ruby, rb_self: &Self, topic: String, number: i32) -> Result<bool, Error> {
        let consumer = rb_self.0.get(ruby)?;
        quick(ruby, || consumer.hold(&topic, number))
    }

    fn resume(ruby: &Ruby, rb_self: &Self, topic: String, number: i32) -> Result<bool, Error> {
        Self::wait(ruby, rb_self, |consumer| consumer.resume(&topic, number))
    }

    /// `[[topic, partition], ...]` whose pause is over; each is told once.
    fn lift_pauses(ruby: &Ruby, rb_self: &Self) -> Result<RArray, Error> {
        let consumer = rb_self.0.get(ruby)?;
        places(ruby, quick(ruby, || consumer.lift_pauses())?)
    }

    /// `[[topic, partition], ...]` that tick now.
    fn due_ticks(ruby: &Ruby, rb_self: &Self) -> Result<RArray, Error> {
        let consumer = rb_self.0.get(ruby)?;
        places(ruby, quick(ruby, || consumer.due_ticks())?)
    }

    fn seek(ruby: &Ruby, rb_self: &Self, topic: String, number: i32, offset: i64) -> Result<(), Error> {
        Self::wait(ruby, rb_self, |consumer| consumer.seek(&topic, number, offset))
    }

    /// Local to the process and over in microseconds, so it keeps the VM lock.
    fn store_marks(ruby: &Ruby, rb_self: &Self) -> Result<(), Error> {
        let consumer = rb_self.0.get(ruby)?;
        quick(ruby, || consumer.store_marks())
    }

    fn withdraw_marks(ruby: &Ruby, rb_self: &Self, topic: String, partition: i32) -> Result<(), Error> {
        let consumer = rb_self.0.get(ruby)?;
        quick(ruby, || consumer.withdraw_marks(&topic, partition))
    }

    /// False when ownership was lost. `wait` blocks up to `timeout` ms for the broker.
    fn commit(ruby: &Ruby, rb_self: &Self, wait: bool, timeout: u64) -> Result<bool, Error> {
        let timeout = Duration::from_millis(timeout);
        Self::wait_patiently(ruby, rb_self, timeout, |consumer, patience| consumer.commit(wait, patience))
    }

    /// `[[topic, partition, offset or nil, metadata or nil, error or nil], ...]`.
    fn committed(
        ruby: &Ruby,
        rb_self: &Self,
        asked: Vec<(String, i32)>,
        timeout: u64,
    ) -> Result<RArray, Error> {
        let asked: Vec<_> =
            asked.into_iter().map(|(topic, number)| PartitionOffset::new(topic, number)).collect();
        let timeout = Duration::from_millis(timeout);
        let found = Self::ask(ruby, rb_self, "committed", timeout, move |consumer| {
            consumer.committed(&asked, timeout)
        })?;
        rows(ruby, &found)
    }

    /// `[low, high]`.
    fn watermarks(
        ruby: &Ruby,
        rb_self: &Self,
        topic: String,
        number: i32,
        timeout: u64,
    ) -> Result<(i64, i64), Error> {
        let timeout = Duration::from_millis(timeout);
        let marks = Self::ask(ruby, rb_self, "query_watermark_offsets", timeout, move |consumer| {
            consumer.watermarks(&topic, number, timeout)
        })?;
        Ok((marks.low, marks.high))
    }

    /// Takes `[[topic, partition, ms], ...]`; answers like `committed`.
    fn offsets_for_times(
        ruby: &Ruby,
        rb_self: &Self,
        asked: Vec<(String, i32, i64)>,
        timeout: u64,
    ) -> Result<RArray, Error> {
        let asked: Vec<_> = asked
            .into_iter()
            .map(|(topic, number, time)| PartitionOffset::new(topic, number).with_offset(time))
            .collect();
        let timeout = Duration::from_millis(timeout);
        let found = Self::ask(ruby, rb_self, "offsets_for_times", timeout, move |consumer| {
            consumer.offsets_for_times(&asked, timeout)
        })?;
        rows(ruby, &found)
    }

    fn begin_close(ruby: &Ruby, rb_self: &Self) -> Result<(), Error> {
        Self::wait(ruby, rb_self, Consumer::begin_close)
    }

    fn poll_close(ruby: &Ruby, rb_self: &Self, timeout: u64) -> Result<bool, Error> {
        Self::wait(ruby, rb_self, |consumer| consumer.poll_close(Duration::from_millis(timeout)))
    }

    fn close(ruby: &Ruby, rb_self: &Self, patience: u64) -> Result<(), Error> {
        if !rb_self.0.is_local() {
            return Ok(());
        }
        Self::wait(ruby, rb_self, |consumer| {
            consumer.close(Duration::from_millis(patience));
            Ok(())
        })
    }

    /// `lifetime` is the expiry in ms since the epoch; `extensions` a Hash or nil.
    fn set_token(
        ruby: &Ruby,
        rb_self: &Self,
        token: String,
        lifetime: i64,
        principal: String,
        extensions: Option<RHash>,
    ) -> Result<(), Error> {
        let mut pairs = Vec::new();
        if let Some(extensions) = extensions {
            extensions.foreach(|name: Value, value: Value| {
                pairs.push((name.to_string(), value.to_string()));
                Ok(magnus::r_hash::ForEach::Continue)
            })?;
        }
        let consumer = rb_self.0.get(ruby)?;
        quick(ruby, || consumer.set_token(&token, lifetime, &principal, &pairs))
    }

    fn set_token_failure(ruby: &Ruby, rb_self: &Self, reason: String) -> Result<(), Error> {
        let consumer = rb_self.0.get(ruby)?;
        quick(ruby, || consumer.set_token_failure(&reason))
    }
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let class = native.define_class("Connection", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(Connection::new, 1))?;
    class.define_method("name", method!(Connection::name, 0))?;
    class.define_method("group_metadata", method!(Connection::group_metadata, 0))?;
    class.define_method("closed?", method!(Connection::closed, 0))?;
    class.define_method("subscribe", method!(Connection::subscribe, 1))?;
    class.define_method("unsubscribe", method!(Connection::unsubscribe, 0))?;
    class.define_method("poll", method!(Connection::poll, 3))?;
    class.define_method("wake", method!(Connection::wake, 0))?;
    class.define_method("event", method!(Connection::event, 1))?;
    class.define_method("rebalance", method!(Connection::rebalance, 0))?;
    class.define_method("answer", method!(Connection::answer, 2))?;
    class.define_method("assignment", method!(Connection::assignment, 0))?;
    class.define_method("assignment_lost?", method!(Connection::assignment_lost, 0))?;
    class.define_method("partition", method!(Connection::partition, 3))?;
    class.define_method("known_partition", method!(Connection::known_partition, 2))?;
    class.define_method("pause", method!(Connection::pause, 3))?;
    class.define_method("hold", method!(Connection::hold, 2))?;
    class.define_method("resume", method!(Connection::resume, 2))?;
    class.define_method("lift_pauses", method!(Connection::lift_pauses, 0))?;
    class.define_method("due_ticks", method!(Connection::due_ticks, 0))?;
    class.define_method("seek", method!(Connection::seek, 3))?;
    class.define_method("store_marks", method!(Connection::store_marks, 0))?;
    class.define_method("withdraw_marks", method!(Connection::withdraw_marks, 2))?;
    class.define_method("commit", method!(Connection::commit, 2))?;
    class.define_method("committed", method!(Connection::committed, 2))?;
    class.define_method("watermarks", method!(Connection::watermarks, 3))?;
    class.define_method("offsets_for_times", method!(Connection::offsets_for_times, 2))?;
    class.define_method("begin_close", method!(Connection::begin_close, 0))?;
    class.define_method("poll_close", method!(Connection::poll_close, 1))?;
    class.define_method("close", method!(Connection::close, 1))?;
    class.define_method("set_token", method!(Connection::set_token, 4))?;
    class.define_method("set_token_failure", method!(Connection::set_token_failure, 1))?;
    Ok(())
}
