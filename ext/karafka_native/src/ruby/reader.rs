//! `Karafka::Native::Reader`: a raw reading client.

use std::time::Duration;

use karafka_engine::client::{ClusterMetadata, Polled, Reader as Engine, Record};
use karafka_engine::error::EngineError;
use magnus::value::ReprValue;
use magnus::{function, method, Class, Error, Module, Object, RArray, RHash, RModule, RString, Ruby, Value};

use super::library::settings;
use super::pending::{milliseconds, partitions, perform, to_array};
use super::rows::event_array;
use crate::vm::{errors, fork, lock};

/// A consumer apart from any connection. Timeouts are in ms; lists of partitions are arrays of
/// `[topic, partition, offset, leader_epoch, text]`.
#[magnus::wrap(class = "Karafka::Native::Reader", free_immediately)]
pub struct Reader(fork::Guarded<Engine>);

impl Reader {
    fn new(ruby: &Ruby, hash: RHash) -> Result<Self, Error> {
        let settings = settings(hash)?;
        let made = lock::release(ruby, move || Engine::create(&settings), lock::no_wake)?;
        Ok(Self(fork::Guarded::new(errors::to_ruby(ruby, made)?)))
    }

    /// Runs what ends within milliseconds, without the VM lock.
    fn local<T>(
        ruby: &Ruby,
        rb_self: &Self,
        work: impl FnOnce(&Engine) -> Result<T, EngineError>,
    ) -> Result<T, Error> {
        let engine = rb_self.0.get(ruby)?;
        let result = lock::release(ruby, || work(engine), || engine.wake())?;
        errors::to_ruby(ruby, result)
    }

    /// Up to `max` of `[:record, topic, partition, offset, ms, key, payload, headers, epoch]`,
    /// `[:eof, topic, partition, offset]` and `[:error, exception]`; waits for the first only.
    fn poll(ruby: &Ruby, rb_self: &Self, timeout: u64, max: usize) -> Result<RArray, Error> {
        let polled = Self::local(ruby, rb_self, |engine| engine.poll(milliseconds(timeout), max.max(1)))?;
        let list = ruby.ary_new_capa(polled.len());
        for one in polled {
            list.push(polled_array(ruby, one)?)?;
        }
        Ok(list)
    }

    fn assign(ruby: &Ruby, rb_self: &Self, list: RArray) -> Result<(), Error> {
        let list = partitions(list)?;
        Self::local(ruby, rb_self, |engine| engine.assign(&list))
    }

    fn subscribe(ruby: &Ruby, rb_self: &Self, topics: Vec<String>) -> Result<(), Error> {
        Self::local(ruby, rb_self, |engine| engine.subscribe(&topics))
    }

    fn unsubscribe(ruby: &Ruby, rb_self: &Self) -> Result<(), Error> {
        Self::local(ruby, rb_self, Engine::unsubscribe)
    }

    fn pause(ruby: &Ruby, rb_self: &Self, list: RArray) -> Result<(), Error> {
        let list = partitions(list)?;
        Self::local(ruby, rb_self, |engine| engine.pause(&list))
    }

    fn resume(ruby: &Ruby, rb_self: &Self, list: RArray) -> Result<(), Error> {
        let list = partitions(list)?;
        Self::local(ruby, rb_self, |engine| engine.resume(&list))
    }

    fn store(ruby: &Ruby, rb_self: &Self, list: RArray) -> Result<(), Error> {
        let list = partitions(list)?;
        Self::local(ruby, rb_self, |engine| engine.store(&list))
    }

    fn position(ruby: &Ruby, rb_self: &Self, list: RArray) -> Result<RArray, Error> {
        let list = partitions(list)?;
        to_array(ruby, &Self::local(ruby, rb_self, |engine| engine.position(&list))?)
    }

    fn assignment(ruby: &Ruby, rb_self: &Self) -> Result<RArray, Error> {
        to_array(ruby, &Self::local(ruby, rb_self, Engine::assignment)?)
    }

    fn subscription(ruby: &Ruby, rb_self: &Self) -> Result<Vec<String>, Error> {
        Self::local(ruby, rb_self, Engine::subscription)
    }

    fn seek(ruby: &Ruby, rb_self: &Self, list: RArray, timeout: u64) -> Result<(), Error> {
        let (list, timeout) = (partitions(list)?, milliseconds(timeout));
        let call = errors::to_ruby(ruby, rb_self.0.get(ruby)?.seek(list, timeout))?;
        perform(ruby, &call, "seek", timeout)
    }

    fn committed(ruby: &Ruby, rb_self: &Self, list: RArray, timeout: u64) -> Result<RArray, Error> {
        let (list, timeout) = (partitions(list)?, milliseconds(timeout));
        let call = errors::to_ruby(ruby, rb_self.0.get(ruby)?.committed(list, timeout))?;
        to_array(ruby, &perform(ruby, &call, "committed", timeout)?)
    }

    fn offsets_for_times(ruby: &Ruby, rb_self: &Self, list: RArray, timeout: u64) -> Result<RArray, Error> {
        let (list, timeout) = (partitions(list)?, milliseconds(timeout));
        let call = errors::to_ruby(ruby, rb_self.0.get(ruby)?.offsets_for_times(list, timeout))?;
        to_array(ruby, &perform(ruby, &call, "offsets_for_times", timeout)?)
    }

    fn watermarks(
        ruby: &Ruby,
        rb_self: &Self,
        topic: String,
        partition: i32,
        timeout: u64,
    ) -> Result<(i64, i64), Error> {
        let timeout = milliseconds(timeout);
        let call = errors::to_ruby(ruby, rb_self.0.get(ruby)?.watermarks(topic, partition, timeout))?;
        perform(ruby, &call, "query_watermark_offsets", timeout)
    }

    /// A nil list commits what was stored.
    fn commit(ruby: &Ruby, rb_self: &Self, list: Option<RArray>, timeout: u64) -> Result<(), Error> {
        let (list, timeout) = (list.map(partitions).transpose()?, milliseconds(timeout));
        let call = errors::to_ruby(ruby, rb_self.0.get(ruby)?.commit(list, timeout))?;
        perform(ruby, &call, "commit", timeout)
    }

    fn commit_async(ruby: &Ruby, rb_self: &Self, list: Option<RArray>) -> Result<(), Error> {
        let list = list.map(partitions).transpose()?;
        Self::local(ruby, rb_self, |engine| engine.commit_async(list.as_deref()))
    }

    fn metadata(ruby: &Ruby, rb_self: &Self, topic: Option<String>, timeout: u64) -> Result<RArray, Error> {
        let timeout = milliseconds(timeout);
        let call = errors::to_ruby(ruby, rb_self.0.get(ruby)?.metadata(topic, timeout))?;
        metadata_array(ruby, &perform(ruby, &call, "metadata", timeout)?)
    }

    fn event(ruby: &Ruby, rb_self: &Self, timeout: u64) -> Result<Option<RArray>, Error> {
        let engine = rb_self.0.get(ruby)?;
        let event =
            lock::release(ruby, || engine.poll_event(milliseconds(timeout)), || engine.wake_events())?;
        event.map(|event| event_array(ruby, event)).transpose()
    }

    fn set_token(
        ruby: &Ruby,
        rb_self: &Self,
        token: String,
        lifetime_ms: i64,
        principal: String,
        extensions: Vec<(String, String)>,
    ) -> Result<(), Error> {
        let answer = rb_self
            .0
            .get(ruby)?
            .with_handle(|handle| handle.set_token(&token, lifetime_ms, &principal, &extensions));
        errors::to_ruby(ruby, answer)
    }

    fn set_token_failure(ruby: &Ruby, rb_self: &Self, reason: String) -> Result<(), Error> {
        let answer = rb_self.0.get(ruby)?.with_handle(|handle| handle.set_token_failure(&reason));
        errors::to_ruby(ruby, answer)
    }

    fn name(ruby: &Ruby, rb_self: &Self) -> Result<String, Error> {
        errors::to_ruby(ruby, rb_self.0.get(ruby)?.with_handle(|handle| Ok(handle.name())))
    }

    fn close(ruby: &Ruby, rb_self: &Self, timeout: u64) -> Result<(), Error> {
        match rb_self.0.get(ruby)?.close() {
            Some(call) => perform(ruby, &call, "close", Duration::from_millis(timeout)),
            None => Ok(()),
        }
    }

    fn is_closed(&self) -> bool {
        !self.0.is_local() || self.0.peek().is_none_or(Engine::is_closed)
    }
}

fn polled_array(ruby: &Ruby, polled: Polled) -> Result<RArray, Error> {
    let list = ruby.ary_new();
    match polled {
        Polled::Record(record) => return record_array(ruby, record),
        Polled::EndOfPartition { topic, partition, offset } => {
            list.push(ruby.to_symbol("eof"))?;
            list.push(topic)?;
            list.push(partition)?;
            list.push(offset)?;
        }
        Polled::Failed(error) => {
            list.push(ruby.to_symbol("error"))?;
            list.push(errors::from_engine(ruby, error).value())?;
        }
    }
    Ok(list)
}

fn record_array(ruby: &Ruby, record: Record) -> Result<RArray, Error> {
    let headers = ruby.ary_new_capa(record.headers.len());
    for (name, value) in &record.headers {
        // As with batches, a null value reads "".
        let value = value.as_deref().unwrap_or_default();
        headers.push((binary(ruby, Some(name)), binary(ruby, Some(value))))?;
    }
    let list = ruby.ary_new_capa(9);
    list.push(ruby.to_symbol("record"))?;
    list.push(record.topic)?;
    list.push(record.partition)?;
    list.push(record.offset)?;
    list.push(record.timestamp)?;
    list.push(binary(ruby, record.key.as_deref()))?;
    list.push(binary(ruby, record.payload.as_deref()))?;
    list.push(headers)?;
    list.push(record.leader_epoch)?;
    Ok(list)
}

fn binary(ruby: &Ruby, bytes: Option<&[u8]>) -> Value {
    bytes.map_or_else(|| ruby.qnil().as_value(), |bytes| RString::as_value(ruby.str_from_slice(bytes)))
}

/// `[[[id, host, port], ...], [[name, error, [[id, error, leader, replicas, in sync], ...]], ...]]`.
pub fn metadata_array(ruby: &Ruby, metadata: &ClusterMetadata) -> Result<RArray, Error> {
    let brokers = ruby.ary_new_capa(metadata.brokers.len());
    for broker in &metadata.brokers {
        brokers.push((broker.id, broker.host.as_str(), broker.port))?;
    }
    let topics = ruby.ary_new_capa(metadata.topics.len());
    for topic in &metadata.topics {
        let partitions = ruby.ary_new_capa(topic.partitions.len());
        for partition in &topic.partitions {
            partitions.push((
                partition.id,
                partition.error,
                partition.leader,
                partition.replicas.clone(),
                partition.in_sync.clone(),
            ))?;
        }
        topics.push((topic.name.as_str(), topic.error, partitions))?;
    }
    let answer = ruby.ary_new_capa(2);
    answer.push(brokers)?;
    answer.push(topics)?;
    Ok(answer)
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let class = native.define_class("Reader", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(Reader::new, 1))?;
    class.define_method("poll", method!(Reader::poll, 2))?;
    class.define_method("assign", method!(Reader::assign, 1))?;
    class.define_method("subscribe", method!(Reader::subscribe, 1))?;
    class.define_method("unsubscribe", method!(Reader::unsubscribe, 0))?;
    class.define_method("pause", method!(Reader::pause, 1))?;
    class.define_method("resume", method!(Reader::resume, 1))?;
    class.define_method("store", method!(Reader::store, 1))?;
    class.define_method("position", method!(Reader::position, 1))?;
    class.define_method("assignment", method!(Reader::assignment, 0))?;
    class.define_method("subscription", method!(Reader::subscription, 0))?;
    class.define_method("seek", method!(Reader::seek, 2))?;
    class.define_method("committed", method!(Reader::committed, 2))?;
    class.define_method("offsets_for_times", method!(Reader::offsets_for_times, 2))?;
    class.define_method("watermarks", method!(Reader::watermarks, 3))?;
    class.define_method("commit", method!(Reader::commit, 2))?;
    class.define_method("commit_async", method!(Reader::commit_async, 1))?;
    class.define_method("metadata", method!(Reader::metadata, 2))?;
    class.define_method("event", method!(Reader::event, 1))?;
    class.define_method("set_token", method!(Reader::set_token, 4))?;
    class.define_method("set_token_failure", method!(Reader::set_token_failure, 1))?;
    class.define_method("name", method!(Reader::name, 0))?;
    class.define_method("close", method!(Reader::close, 1))?;
    class.define_method("closed?", method!(Reader::is_closed, 0))?;
    Ok(())
}
