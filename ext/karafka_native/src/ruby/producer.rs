//! `Karafka::Native::Producer`: one Kafka producer.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use karafka_engine::client::{PartitionList, PartitionOffset};
use karafka_engine::error::EngineError;
use karafka_engine::producer::{Delivery, Partitioner, Producer as Engine};
use magnus::rb_sys::AsRawValue;
use magnus::typed_data::Obj;
use magnus::value::{Opaque, ReprValue};
use magnus::{
    function, gc, method, Class, DataTypeFunctions, Error, KwArgs, Module, Object, RArray, RHash, RModule,
    RString, Ruby, TypedData, Value,
};
use rb_sys::VALUE;

use super::group_metadata::GroupMetadata;
use super::message_fields::Fields;
use super::switch::Switch;
use super::{deliveries, delivery_handle, library};
use crate::vm::fork::Guarded;
use crate::vm::{errors, lock, turn};

/// How long a partition count is waited for.
const COUNT_TIMEOUT: Duration = Duration::from_secs(2);
/// The class, to tell plain clients from doubles; registered with the collector.
static CLASS: OnceLock<VALUE> = OnceLock::new();

/// The client, and the labels of messages on their way, which nothing else may keep alive.
#[derive(TypedData)]
#[magnus(class = "Karafka::Native::Producer", free_immediately, mark)]
pub struct Producer {
    client: Guarded<Arc<Engine>>,
    labels: RefCell<HashMap<usize, Opaque<Value>>>,
    partitioner: Partitioner,
}

impl DataTypeFunctions for Producer {
    fn mark(&self, marker: &gc::Marker) {
        // Never borrowed while Ruby runs, so the collector always finds it free.
        if let Ok(labels) = self.labels.try_borrow() {
            labels.values().for_each(|label| marker.mark(*label));
        }
    }
}

impl Producer {
    /// `kafka` are librdkafka settings; while `observed` is on, every report is handed to Ruby.
    fn new(ruby: &Ruby, kafka: RHash, observed: &Switch) -> Result<Self, Error> {
        delivery_handle::ensure_class(ruby)?;
        let settings = library::settings(kafka)?;
        let partitioner =
            settings.get("partitioner").map_or(Ok(Partitioner::ConsistentRandom), Partitioner::named);
        let partitioner = errors::to_ruby(ruby, partitioner)?;
        let client = errors::to_ruby(ruby, Engine::open(settings, observed.shared()))?;
        Ok(Self { client: Guarded::new(Arc::new(client)), labels: RefCell::default(), partitioner })
    }

    /// The engine's producer, for pollers.
    pub fn engine(&self, ruby: &Ruby) -> Result<&Arc<Engine>, Error> {
        self.client.get(ruby)
    }

    /// In a child of the process that made it, the client is as good as closed.
    fn open(&self, ruby: &Ruby) -> Result<&Arc<Engine>, Error> {
        self.client.get(ruby).map_err(|_| {
            errors::from_engine(ruby, EngineError::ProducerClosed("a client of the parent process"))
        })
    }

    /// `produce(topic:, payload: nil, key: nil, ...)`: hands one message over, returns its handle.
    fn produce(ruby: &Ruby, rb_self: Obj<Self>, arguments: &[Value]) -> Result<Value, Error> {
        match arguments {
            [message] => Self::send(ruby, &rb_self, magnus::TryConvert::try_convert(*message)?),
            _ => Err(Error::new(ruby.exception_arg_error(), "produce takes one message")),
        }
    }

    /// `client.produce(**message)`, without copying the Hash where `client` is a plain one.
    fn dispatch(ruby: &Ruby, client: Value, message: RHash) -> Result<Value, Error> {
        if Self::is_plain(client) {
            let producer: Obj<Self> = magnus::TryConvert::try_convert(client)?;
            return Self::send(ruby, &producer, message);
        }
        client.funcall_public("produce", (KwArgs(message),))
    }

    fn send(ruby: &Ruby, rb_self: &Self, message: RHash) -> Result<Value, Error> {
        turn::give(1)?;
        let client = rb_self.open(ruby)?;
        let fields = Fields::of(message);
        fields.refuse_unknown(ruby)?;
        let partitioner = fields.partitioner(ruby, rb_self.partitioner)?;
        let settings = fields.topic_settings()?;
        let target = errors::to_ruby(ruby, client.target(fields.topic(ruby)?, &settings))?;
        if partitioner.is_some() && client.known_count(target.name()).is_none() {
            let counted =
                lock::release(ruby, || client.partition_count(target.name(), COUNT_TIMEOUT), lock::no_wake)?;
            errors::to_ruby(ruby, counted)?;
        }
        // Again, as Ruby ran meanwhile and the Hash may hold other values now.
        let fields = Fields::of(message);
        let prepared = fields.prepare(ruby)?;
        let label = fields.label();
        let delivery = Arc::new(Delivery::new(Arc::clone(target.name()), label.is_some()));
        if let Some(label) = label {
            rb_self.labels.borrow_mut().insert(delivery.id(), label.into());
        }
        let sent = fields
            .outgoing(ruby, prepared, partitioner)
            .and_then(|outgoing| errors::to_ruby(ruby, client.send(&target, outgoing, &delivery)));
        if let Err(error) = sent {
            rb_self.labels.borrow_mut().remove(&delivery.id());
            return Err(error);
        }
        let handle = Self::handle(ruby, delivery)?;
        if let Some(label) = label {
            magnus::RTypedData::from_value(handle)
                .map(|object| object.ivar_set("@label", label))
                .transpose()?;
        }
        Ok(handle)
    }

    /// The Ruby object of a delivery.
    pub fn handle(ruby: &Ruby, delivery: Arc<Delivery>) -> Result<Value, Error> {
        let handle = delivery_handle::wrap(delivery_handle::ensure_class(ruby)?, delivery);
        // SAFETY: a fresh object, kept by the caller's stack frame.
        Ok(unsafe { delivery_handle::value(handle) })
    }

    /// Whether a client is one of ours without methods of its own, as stubbing would give it.
    pub fn is_plain(client: Value) -> bool {
        class_pointer(client).is_some_and(|pointer| CLASS.get() == Some(&pointer))
    }

    /// Whether a message surely passes its contract; false leaves the verdict to the contract.
    fn plainly_valid(message: Value, max_payload_size: usize) -> bool {
        RHash::from_value(message).is_some_and(|message| Fields::of(message).plainly_valid(max_payload_size))
    }

    /// The label of a delivery, forgotten here from now on.
    fn take_label(ruby: &Ruby, rb_self: &Self, id: usize) -> Option<Value> {
        rb_self.labels.borrow_mut().remove(&id).map(|label| ruby.get_inner(label))
    }

    fn queue_size(ruby: &Ruby, rb_self: &Self) -> Result<usize, Error> {
        Ok(rb_self.open(ruby)?.outstanding())
    }

    fn closed(ruby: &Ruby, rb_self: &Self) -> bool {
        rb_self.open(ruby).map_or(true, |client| client.name().is_err())
    }

    fn name(ruby: &Ruby, rb_self: &Self) -> Result<String, Error> {
        errors::to_ruby(ruby, rb_self.open(ruby)?.name())
    }

    /// Waits until nothing is on its way, at most `timeout` ms (nil: without limit). True if so.
    fn flush(ruby: &Ruby, rb_self: &Self, timeout: Option<f64>) -> Result<bool, Error> {
        let client = rb_self.open(ruby)?;
        let cancelled = AtomicBool::new(false);
        let wake = || cancelled.store(true, Ordering::Relaxed);
        let flushed = lock::release(ruby, || client.flush(timeout.map(duration), &cancelled), wake)?;
        errors::to_ruby(ruby, flushed)
    }

    /// Sends what lingers on behalf of one who waits for this handle; waits a little for it.
    fn hurry(ruby: &Ruby, rb_self: &Self, handle: Value) -> Result<(), Error> {
        let (Ok(client), Some(delivery)) = (rb_self.client.get(ruby), delivery_handle::shared(handle)) else {
            return Ok(());
        };
        let cancelled = AtomicBool::new(false);
        let wake = || cancelled.store(true, Ordering::Relaxed);
        lock::release(ruby, || client.hurry(&delivery, &cancelled), wake)
    }

    /// Fails everything that is queued or in flight. The reports follow.
    fn purge_queue(ruby: &Ruby, rb_self: &Self) -> Result<(), Error> {
        let client = rb_self.open(ruby)?;
        let purged = lock::release(ruby, || client.purge(), lock::no_wake)?;
        errors::to_ruby(ruby, purged)
    }

    /// What is there to handle, as `Poller#poll` gives it, without waiting.
    fn drain(ruby: &Ruby, rb_self: &Self) -> Result<RArray, Error> {
        let (happenings, _) = rb_self.open(ruby)?.drain(Duration::from_millis(100));
        deliveries::arrivals(ruby, happenings)
    }

    /// Destroys the client; returns what it had left to say. Nothing happens in a child process.
    fn destroy(ruby: &Ruby, rb_self: &Self) -> Result<RArray, Error> {
        let Ok(client) = rb_self.client.get(ruby) else { return Ok(ruby.ary_new()) };
        let left = lock::release(ruby, || client.close(), lock::no_wake)?;
        deliveries::arrivals(ruby, left)
    }

    fn partition_count(ruby: &Ruby, rb_self: &Self, topic: RString) -> Result<i32, Error> {
        let client = rb_self.open(ruby)?;
        let topic = topic.to_string()?;
        if let Some(count) = client.known_count(&topic) {
            return Ok(count);
        }
        let counted = lock::release(ruby, || client.partition_count(&topic, COUNT_TIMEOUT), lock::no_wake)?;
        errors::to_ruby(ruby, counted)
    }

    fn learn_partition_count(ruby: &Ruby, rb_self: &Self, topic: String, count: i32) -> Result<(), Error> {
        rb_self.open(ruby)?.learn_count(&topic, count);
        Ok(())
    }

    /// `timeout` in ms, nil for librdkafka's own limit.
    fn init_transactions(ruby: &Ruby, rb_self: &Self, timeout: Option<f64>) -> Result<(), Error> {
        let client = rb_self.open(ruby)?;
        let cancelled = AtomicBool::new(false);
        let wake = || cancelled.store(true, Ordering::Relaxed);
        let done = lock::release(ruby, || client.init_transactions(timeout.map(duration), &cancelled), wake)?;
        errors::to_ruby(ruby, done)
    }

    fn begin_transaction(ruby: &Ruby, rb_self: &Self) -> Result<(), Error> {
        let client = rb_self.open(ruby)?;
        let begun = lock::release(ruby, || client.begin_transaction(), lock::no_wake)?;
        errors::to_ruby(ruby, begun)
    }

    fn commit_transaction(ruby: &Ruby, rb_self: &Self, timeout: Option<f64>) -> Result<(), Error> {
        let client = rb_self.open(ruby)?;
        let done = lock::release(ruby, || client.commit_transaction(timeout.map(duration)), lock::no_wake)?;
        errors::to_ruby(ruby, done)
    }

    fn abort_transaction(ruby: &Ruby, rb_self: &Self, timeout: Option<f64>) -> Result<(), Error> {
        let client = rb_self.open(ruby)?;
        let done = lock::release(ruby, || client.abort_transaction(timeout.map(duration)), lock::no_wake)?;
        errors::to_ruby(ruby, done)
    }

    /// `offsets` are rows of topic, partition, offset, metadata or nil.
    fn send_offsets(
        ruby: &Ruby,
        rb_self: &Self,
        offsets: RArray,
        group: &GroupMetadata,
        timeout: Option<f64>,
    ) -> Result<(), Error> {
        let client = rb_self.open(ruby)?;
        let rows: Vec<(String, i32, i64, Option<String>)> = offsets.to_vec()?;
        let partitions: Vec<PartitionOffset> = rows
            .into_iter()
            .map(|(topic, partition, offset, metadata)| PartitionOffset {
                metadata: metadata.map(String::into_bytes),
                ..PartitionOffset::new(topic, partition).with_offset(offset)
            })
            .collect();
        let list = errors::to_ruby(ruby, PartitionList::new(&partitions))?;
        let group = group.metadata(ruby)?;
        let sent =
            lock::release(ruby, || client.send_offsets(&list, group, timeout.map(duration)), lock::no_wake)?;
        errors::to_ruby(ruby, sent)
    }

    /// The fatal error of the client as `[code, text]`, nil if it met none.
    fn fatal_error(ruby: &Ruby, rb_self: &Self) -> Result<Option<(i32, String)>, Error> {
        let fatal = errors::to_ruby(ruby, rb_self.open(ruby)?.fatal_error())?;
        Ok(fatal.map(|error| (error.code, error.broker_message.unwrap_or_default())))
    }

    fn trigger_fatal_error(ruby: &Ruby, rb_self: &Self, code: i32, reason: String) -> Result<i32, Error> {
        errors::to_ruby(ruby, rb_self.open(ruby)?.trigger_fatal_error(code, &reason))
    }

    /// `lifetime` is the expiry in ms since the epoch; `extensions` are pairs of text.
    fn set_token(
        ruby: &Ruby,
        rb_self: &Self,
        token: String,
        lifetime: i64,
        principal: String,
        extensions: Vec<(String, String)>,
    ) -> Result<(), Error> {
        let set = rb_self.open(ruby)?.set_token(&token, lifetime, &principal, &extensions);
        errors::to_ruby(ruby, set)
    }

    fn set_token_failure(ruby: &Ruby, rb_self: &Self, reason: String) -> Result<(), Error> {
        errors::to_ruby(ruby, rb_self.open(ruby)?.set_token_failure(&reason))
    }
}

/// The class pointer of a heap object: that of its singleton class, if stubbing gave it one.
pub fn class_pointer(value: Value) -> Option<VALUE> {
    /// The head of every heap object.
    #[repr(C)]
    struct Basic {
        _flags: VALUE,
        class: VALUE,
    }
    let raw = value.as_raw();
    // SAFETY: no immediate, so a live object with this head.
    (!rb_sys::SPECIAL_CONST_P(raw)).then(|| unsafe { (*(raw as *const Basic)).class })
}

fn duration(milliseconds: f64) -> Duration {
    Duration::try_from_secs_f64(milliseconds / 1_000.0).unwrap_or(Duration::ZERO)
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let class = native.define_class("Producer", ruby.class_object())?;
    class.undef_default_alloc_func();
    // SAFETY: a live class; registering it pins it for the life of the process.
    unsafe { rb_sys::rb_gc_register_mark_object(class.as_raw()) };
    CLASS.get_or_init(|| class.as_raw());
    class.define_singleton_method("new", function!(Producer::new, 2))?;
    class.define_singleton_method("dispatch", function!(Producer::dispatch, 2))?;
    class.define_singleton_method("plainly_valid?", function!(Producer::plainly_valid, 2))?;
    class.define_method("produce", method!(Producer::produce, -1))?;
    class.define_method("take_label", method!(Producer::take_label, 1))?;
    class.define_method("queue_size", method!(Producer::queue_size, 0))?;
    class.define_method("queue_length", method!(Producer::queue_size, 0))?;
    class.define_method("closed?", method!(Producer::closed, 0))?;
    class.define_method("name", method!(Producer::name, 0))?;
    class.define_method("flush", method!(Producer::flush, 1))?;
    class.define_method("hurry", method!(Producer::hurry, 1))?;
    class.define_method("purge_queue", method!(Producer::purge_queue, 0))?;
    class.define_method("drain", method!(Producer::drain, 0))?;
    class.define_method("destroy", method!(Producer::destroy, 0))?;
    class.define_method("partition_count", method!(Producer::partition_count, 1))?;
    class.define_method("learn_partition_count", method!(Producer::learn_partition_count, 2))?;
    define_transactions(class)?;
    class.define_method("fatal_error", method!(Producer::fatal_error, 0))?;
    class.define_method("trigger_fatal_error", method!(Producer::trigger_fatal_error, 2))?;
    class.define_method("set_token", method!(Producer::set_token, 4))?;
    class.define_method("set_token_failure", method!(Producer::set_token_failure, 1))?;
    Ok(())
}

fn define_transactions(class: magnus::RClass) -> Result<(), Error> {
    class.define_method("init_transactions", method!(Producer::init_transactions, 1))?;
    class.define_method("begin_transaction", method!(Producer::begin_transaction, 0))?;
    class.define_method("commit_transaction_within", method!(Producer::commit_transaction, 1))?;
    class.define_method("abort_transaction_within", method!(Producer::abort_transaction, 1))?;
    class.define_method("send_offsets", method!(Producer::send_offsets, 3))
}
