//! `Karafka::Native::Reader`: a raw reading client.

use karafka_engine::client::{Polled, Reader as Engine, Record};
use karafka_engine::error::EngineError;
use magnus::value::ReprValue;
use magnus::{function, method, Class, Error, Module, Object, RArray, RHash, RModule, RString, Ruby, Value};

use super::pending::{milliseconds, partitions, perform, to_array};
use super::raw_client::{self, RawClient};
use crate::vm::{errors, fork, lock};

/// A consumer apart from any connection. Timeouts are in ms; lists of partitions are arrays of
/// `[topic, partition, offset, leader_epoch, text]`.
#[magnus::wrap(class = "Karafka::Native::Reader", free_immediately)]
pub struct Reader(fork::Guarded<Engine>);

impl RawClient for Reader {
    type Engine = Engine;

    fn guarded(&self) -> &fork::Guarded<Engine> {
        &self.0
    }
}

impl Reader {
    fn new(ruby: &Ruby, hash: RHash) -> Result<Self, Error> {
        raw_client::create(ruby, hash, Engine::create).map(Self)
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
    raw_client::define_methods!(class, Reader);
    Ok(())
}
