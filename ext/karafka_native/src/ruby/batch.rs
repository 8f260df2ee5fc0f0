//! `Karafka::Native::Batch`: fetched messages of one topic-partition, Ruby objects on demand.

use std::sync::{Arc, OnceLock};

use karafka_engine::batch::{ArenaPool, Batch as Fetched, Builder};
use karafka_engine::json::ReadAhead;
use magnus::r_hash::ForEach;
use magnus::rb_sys::{protect, AsRawValue, FromRawValue};
use magnus::typed_data::Obj;
use magnus::value::ReprValue;
use magnus::{
    function, method, Class, Error, IntoValue, Module, Object, RArray, RClass, RHash, RModule, RString, Ruby,
    TryConvert, Value,
};

use crate::vm::gc;
use crate::vm::names::{self, Name};
use crate::vm::part::Part;

/// Counts on the arena, whose size `vm/gc.rs` keeps in view. Views are objects of this class as well.
#[magnus::wrap(class = "Karafka::Native::Batch", free_immediately, size)]
pub struct Batch {
    fetched: Arc<Fetched>,
    /// Of the arena, shared by all views of it.
    held: Arc<Held>,
    /// Of this batch, from the first question on: its payloads as JSON.
    parsed: OnceLock<(Arc<ReadAhead>, Held)>,
}

/// Bytes that Ruby's collector is told of as long as a batch or a view counts on them.
struct Held(usize);

impl Drop for Held {
    fn drop(&mut self) {
        gc::freed(self.0);
    }
}

impl Batch {
    /// Takes a batch over. Ruby is not called: see [`gc::held`].
    pub fn new(fetched: Fetched) -> Self {
        let held = fetched.memory();
        gc::held(held);
        Self { fetched: Arc::new(fetched), held: Arc::new(Held(held)), parsed: OnceLock::new() }
    }

    /// A batch without a connection, for specs and benches. Rows: offset, payload, key and a Hash of
    /// headers; nil stands for null.
    fn built(ruby: &Ruby, topic: String, partition: i32, rows: RArray) -> Result<Self, Error> {
        gc::collect_if_due(ruby)?;
        let mut builder = Builder::new(topic.into(), partition, ArenaPool::default());
        for row in rows {
            let (offset, payload, key, headers): Row = TryConvert::try_convert(row)?;
            let headers = header_pairs(headers)?;
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (name.as_slice(), value.as_deref())).collect();
            // SAFETY: both Strings are on this stack, and copied before Ruby runs again.
            let (payload, key) = unsafe {
                (payload.as_ref().map(|text| text.as_slice()), key.as_ref().map(|text| text.as_slice()))
            };
            builder.append(offset, payload, key, &headers);
        }
        Ok(Self::new(builder.finish(0)))
    }

    /// The engine's batch.
    pub fn fetched(&self) -> &Fetched {
        &self.fetched
    }

    /// Its payloads as JSON.
    ///
    /// # Errors
    /// What a finalizer raised, as this may collect.
    pub fn parsed(&self, ruby: &Ruby) -> Result<&Arc<ReadAhead>, Error> {
        if let Some((parsed, _)) = self.parsed.get() {
            return Ok(parsed);
        }
        // Parsed documents are about as large as their source.
        let held = Held(self.fetched.bytes());
        gc::collect_if_due(ruby)?;
        gc::held(held.0);
        // Where another thread was faster, its count stays and this one is given back.
        let made = move || (Arc::new(ReadAhead::new(Arc::clone(&self.fetched))), held);
        Ok(&self.parsed.get_or_init(made).0)
    }

    /// A batch object for a view that the engine made of this one. It takes over what Ruby knows about
    /// this one (`lib/karafka/native/batch.rb`), also the messages that were made already.
    ///
    /// # Errors
    /// What allocation raised.
    pub fn derive(ruby: &Ruby, rb_self: Obj<Self>, fetched: Fetched) -> Result<Obj<Self>, Error> {
        let held = Arc::clone(&rb_self.held);
        let view = Self { fetched: Arc::new(fetched), held, parsed: OnceLock::new() };
        let view = ruby.obj_wrap(view);
        for name in [&names::ROUTE, &names::DESERIALIZERS, &names::TOPIC_NAME, &names::PARALLEL_DECRYPTION] {
            let known = read(rb_self.as_value(), name);
            if !known.is_nil() {
                write(view.as_value(), name, known);
            }
        }
        if let Some(made) = RArray::from_value(read(rb_self.as_value(), &names::MADE)) {
            let kept = ruby.ary_new_capa(view.size());
            for offset in view.fetched.offsets() {
                if let Some(index) = rb_self.fetched.index_of(offset) {
                    kept.push(made.entry::<Value>(index as isize)?)?;
                }
            }
            write(view.as_value(), &names::MADE, kept.as_value());
        }
        Ok(view)
    }

    /// The messages at ascending `indexes`, as a batch on the same memory.
    fn view(ruby: &Ruby, rb_self: Obj<Self>, indexes: Vec<u32>) -> Result<Obj<Self>, Error> {
        Self::lane(ruby, rb_self, &indexes)
    }

    /// As `view`, for indexes that the engine chose.
    ///
    /// # Errors
    /// `ArgumentError` for indexes that do not ascend or are not there; what allocation raised.
    pub fn lane(ruby: &Ruby, rb_self: Obj<Self>, indexes: &[u32]) -> Result<Obj<Self>, Error> {
        let Some(view) = rb_self.fetched().view(indexes) else {
            let text = format!("indexes of a view must ascend and be below {}", rb_self.size());
            return Err(Error::new(ruby.exception_arg_error(), text));
        };
        Self::derive(ruby, rb_self, view)
    }

    /// What remains without the messages at ascending `offsets`.
    fn exclude(ruby: &Ruby, rb_self: Obj<Self>, offsets: Vec<i64>) -> Result<Obj<Self>, Error> {
        Self::derive(ruby, rb_self, rb_self.fetched().exclude(&offsets))
    }

    /// The messages at ascending `offsets`.
    fn only(ruby: &Ruby, rb_self: Obj<Self>, offsets: Vec<i64>) -> Result<Obj<Self>, Error> {
        Self::derive(ruby, rb_self, rb_self.fetched().only(&offsets))
    }

    /// What filters left of this batch's messages, whatever the order: this very batch where that is all of
    /// it. What it does not have does not matter.
    fn left(ruby: &Ruby, rb_self: Obj<Self>, messages: RArray) -> Result<Obj<Self>, Error> {
        let mut offsets = Vec::with_capacity(messages.len());
        // The length again each time: an `offset` might change the Array.
        while offsets.len() < messages.len() {
            let message: Value = messages.entry(offsets.len() as isize)?;
            offsets.push(match Self::place_of(message) {
                Some((_, offset, _)) => offset,
                None => message.funcall("offset", ())?,
            });
        }
        if offsets.len() == rb_self.size() && rb_self.fetched.offsets().eq(offsets.iter().copied()) {
            return Ok(rb_self);
        }
        offsets.sort_unstable();
        Self::derive(ruby, rb_self, rb_self.fetched().only(&offsets))
    }

    fn offsets(&self) -> Vec<i64> {
        self.fetched.offsets().collect()
    }

    /// The batch that a message still reads from, its offset and leader epoch. None for one that somebody
    /// built, or that has metadata of its own, which may have been changed.
    pub fn place_of(message: Value) -> Option<(Part<Self>, i64, Option<i32>)> {
        if !read(message, &names::METADATA).is_nil() {
            return None;
        }
        let batch = Part::<Self>::of(read(message, &names::BATCH))?;
        let index = usize::try_convert(read(message, &names::INDEX)).ok()?;
        let (offset, epoch) = (batch.fetched.offset(index)?, batch.fetched.leader_epoch(index));
        Some((batch, offset, epoch))
    }

    /// The engine's batch, counted once more.
    pub fn share(&self) -> Arc<Fetched> {
        Arc::clone(&self.fetched)
    }

    fn size(&self) -> usize {
        self.fetched.len()
    }

    fn topic(ruby: &Ruby, rb_self: &Self) -> RString {
        ruby.str_new(rb_self.fetched.topic())
    }

    fn partition(&self) -> i32 {
        self.fetched.partition()
    }

    fn first_offset(&self) -> Option<i64> {
        self.fetched.first_offset()
    }

    fn last_offset(&self) -> Option<i64> {
        self.fetched.last_offset()
    }

    /// Milliseconds since the epoch, shared by all messages of a poll.
    fn received_at(&self) -> i64 {
        self.fetched.received_at()
    }

    fn offset(rb_self: Part<Self>, index: usize) -> Option<i64> {
        rb_self.fetched.offset(index)
    }

    /// Milliseconds since the epoch, nil without a timestamp.
    fn timestamp(rb_self: Part<Self>, index: usize) -> Option<i64> {
        rb_self.fetched.timestamp(index)
    }

    fn leader_epoch(&self, index: usize) -> Option<i32> {
        self.fetched.leader_epoch(index)
    }

    fn raw_payload(ruby: &Ruby, rb_self: Part<Self>, index: usize) -> Option<RString> {
        rb_self.payload_string(ruby, index)
    }

    fn payload_string(&self, ruby: &Ruby, index: usize) -> Option<RString> {
        self.fetched.payload(index).map(|bytes| ruby.str_from_slice(bytes))
    }

    fn raw_key(ruby: &Ruby, rb_self: Part<Self>, index: usize) -> Option<RString> {
        rb_self.fetched.key(index).map(|bytes| ruby.str_from_slice(bytes))
    }

    /// Frozen Hash of binary Strings; a repeated name holds an Array in order, a null value reads "".
    fn raw_headers(ruby: &Ruby, rb_self: &Self, index: usize) -> Result<RHash, Error> {
        let headers = ruby.hash_new();
        for (name, value) in rb_self.fetched.headers(index) {
            let name = ruby.str_from_slice(name);
            let value = ruby.str_from_slice(value.unwrap_or_default()).as_value();
            let merged = match headers.get(name) {
                None => value,
                Some(known) => match RArray::from_value(known) {
                    Some(list) => {
                        list.push(value)?;
                        continue;
                    }
                    None => ruby.ary_new_from_values(&[known, value]).as_value(),
                },
            };
            headers.aset(name, merged)?;
        }
        headers.freeze();
        Ok(headers)
    }

    /// All payloads as an Array of binary Strings and nils.
    fn raw_payloads(ruby: &Ruby, rb_self: &Self) -> Result<RArray, Error> {
        let payloads = ruby.ary_new_capa(rb_self.size());
        protect(|| {
            for index in 0..rb_self.size() {
                let payload = rb_self.payload_string(ruby, index).into_value_with(ruby);
                // SAFETY: under `protect`, and nothing in here has to be dropped; live values.
                unsafe { rb_sys::rb_ary_push(payloads.as_raw(), payload.as_raw()) };
            }
            rb_sys::Qnil.into()
        })?;
        Ok(payloads)
    }

    /// An Array of `message_class` objects that read from this batch when asked: each holds the batch
    /// in `@batch` and its place in `@index` (`lib/karafka/messages/message.rb`). A view of a batch
    /// whose messages were made hands out those.
    fn messages(ruby: &Ruby, rb_self: Obj<Self>, message_class: RClass) -> Result<RArray, Error> {
        if let Some(made) = RArray::from_value(read(rb_self.as_value(), &names::MADE)) {
            return Ok(made);
        }
        let (class, size, batch) = (message_class.as_raw(), rb_self.size(), rb_self.as_raw());
        let (batch_ivar, index_ivar) = (names::BATCH.id(), names::INDEX.id());
        let messages = ruby.ary_new_capa(size);
        protect(|| {
            for index in 0..size {
                // SAFETY: under `protect`, and nothing in here has to be dropped. The array roots the message
                // before the next allocation; it is fresh and unfrozen, batch and index are live values.
                unsafe {
                    let message = rb_sys::rb_obj_alloc(class);
                    rb_sys::rb_ary_push(messages.as_raw(), message);
                    rb_sys::rb_ivar_set(message, batch_ivar, batch);
                    rb_sys::rb_ivar_set(message, index_ivar, rb_sys::rb_uint2inum(index));
                }
            }
            rb_sys::Qnil.into()
        })?;
        Ok(messages)
    }
}

type Row = (i64, Option<RString>, Option<RString>, Option<RHash>);

type Header = (Vec<u8>, Option<Vec<u8>>);

fn header_pairs(headers: Option<RHash>) -> Result<Vec<Header>, Error> {
    let mut pairs = Vec::new();
    if let Some(headers) = headers {
        headers.foreach(|name: RString, value: Option<RString>| {
            // SAFETY: on this stack, and copied before Ruby runs again.
            pairs.push(unsafe { (name.as_slice().to_vec(), value.map(|value| value.as_slice().to_vec())) });
            Ok(ForEach::Continue)
        })?;
    }
    Ok(pairs)
}

/// An instance variable, nil where it is not set.
fn read(object: Value, name: &Name) -> Value {
    // SAFETY: a live object; reading neither raises nor runs Ruby code.
    unsafe { Value::from_raw(rb_sys::rb_attr_get(object.as_raw(), name.id())) }
}

/// Sets an instance variable of an object that was just made.
fn write(object: Value, name: &Name, value: Value) {
    // SAFETY: live values, and the object is not frozen yet.
    unsafe { rb_sys::rb_ivar_set(object.as_raw(), name.id(), value.as_raw()) };
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let class = native.define_class("Batch", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("built", function!(Batch::built, 3))?;
    class.define_method("view", method!(Batch::view, 1))?;
    class.define_method("exclude", method!(Batch::exclude, 1))?;
    class.define_method("only", method!(Batch::only, 1))?;
    class.define_method("left", method!(Batch::left, 1))?;
    class.define_method("offsets", method!(Batch::offsets, 0))?;
    class.define_method("size", method!(Batch::size, 0))?;
    class.define_method("topic", method!(Batch::topic, 0))?;
    class.define_method("partition", method!(Batch::partition, 0))?;
    class.define_method("first_offset", method!(Batch::first_offset, 0))?;
    class.define_method("last_offset", method!(Batch::last_offset, 0))?;
    class.define_method("received_at", method!(Batch::received_at, 0))?;
    class.define_method("offset", method!(Batch::offset, 1))?;
    class.define_method("timestamp", method!(Batch::timestamp, 1))?;
    class.define_method("leader_epoch", method!(Batch::leader_epoch, 1))?;
    class.define_method("raw_payload", method!(Batch::raw_payload, 1))?;
    class.define_method("raw_key", method!(Batch::raw_key, 1))?;
    class.define_method("raw_headers", method!(Batch::raw_headers, 1))?;
    class.define_method("raw_payloads", method!(Batch::raw_payloads, 0))?;
    class.define_method("messages", method!(Batch::messages, 1))?;
    Ok(())
}
