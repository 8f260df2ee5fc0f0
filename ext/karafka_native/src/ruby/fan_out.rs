//! `Karafka::Native::FanOut`: shares batches out to lanes by keys that Ruby or an
//! `Karafka::Native::Extractor` gives.
//!
//! Each function answers `[[lane, messages], ...]` in the order of first messages. `messages` may be a
//! `Karafka::Native::Batch`, whose lanes are views of it, or an Array, whose lanes are Arrays.

use std::num::NonZeroU64;

use karafka_engine::fanout::{self, Extractor as Source, Keys, Lane};
use magnus::typed_data::Obj;
use magnus::value::ReprValue;
use magnus::{
    function, method, Class, Error, Module, Object, RArray, RModule, RString, Ruby, TryConvert, Value,
};

use super::batch::Batch;
use crate::vm::lock;

/// How the keys of messages are found without Ruby.
#[magnus::wrap(class = "Karafka::Native::Extractor", free_immediately, size)]
pub struct Extractor(Source);

impl Extractor {
    fn message_key() -> Self {
        Self(Source::MessageKey)
    }

    fn payload() -> Self {
        Self(Source::Payload)
    }

    fn header(name: RString) -> Self {
        // SAFETY: copied before Ruby runs again.
        Self(Source::Header(unsafe { name.as_slice() }.into()))
    }

    fn json(ruby: &Ruby, pointer: String) -> Result<Self, Error> {
        Source::json(&pointer)
            .map(Self)
            .map_err(|error| Error::new(ruby.exception_arg_error(), error.to_string()))
    }

    fn modulo(ruby: &Ruby, rb_self: &Self, divisor: u64) -> Result<Self, Error> {
        Ok(Self(Source::Modulo(Box::new(rb_self.0.clone()), positive(ruby, divisor)?)))
    }

    fn several(parts: RArray) -> Result<Self, Error> {
        let mut sources = Vec::with_capacity(parts.len());
        for part in parts {
            sources.push(Obj::<Self>::try_convert(part)?.0.clone());
        }
        Ok(Self(Source::Several(sources.into())))
    }
}

/// Lanes whose ids a custom reducer gave, one for each message.
fn by_ids(ruby: &Ruby, messages: Value, ids: RArray) -> Result<RArray, Error> {
    let ids = ids_of(ids)?;
    share(ruby, messages, ids.len(), fanout::by_ids(ids))
}

/// Lanes by the default reducer, over the keys that a partitioner gave, one for each message. Calls
/// `to_s` of what is neither String, Integer nor nil.
fn by_keys(ruby: &Ruby, messages: Value, keys: RArray, lanes: u64) -> Result<RArray, Error> {
    let lanes = positive(ruby, lanes)?;
    let mut ids = Vec::with_capacity(keys.len());
    // The length again each time: a `to_s` might change the Array.
    while ids.len() < keys.len() {
        let sum = sum_of(ruby, keys.entry(ids.len() as isize)?)?;
        ids.push(fanout::lane_of(sum, lanes));
    }
    share(ruby, messages, ids.len(), fanout::by_ids(ids))
}

/// Balanced lanes over groups, numbered from 0 in the order of their first messages.
fn by_groups(ruby: &Ruby, messages: Value, groups: Vec<u32>, lanes: u64) -> Result<RArray, Error> {
    let lanes = positive(ruby, lanes)?;
    if groups.iter().any(|group| *group as usize >= groups.len()) {
        return Err(Error::new(ruby.exception_arg_error(), "groups must be numbered from 0"));
    }
    share(ruby, messages, groups.len(), fanout::by_groups(&groups, lanes))
}

/// Lanes by the default reducer over native keys. `asked` is called with the index of each message whose
/// key only Ruby can read, and returns that key.
fn consistent(
    ruby: &Ruby,
    batch: Obj<Batch>,
    extractor: Obj<Extractor>,
    lanes: u64,
    asked: Value,
) -> Result<RArray, Error> {
    let lanes = positive(ruby, lanes)?;
    let sums = extracting(ruby, &batch, &extractor, || fanout::sums(batch.fetched(), &extractor.0))?;
    let mut ids = Vec::with_capacity(sums.len());
    for (index, sum) in sums.into_iter().enumerate() {
        let sum = match sum {
            Some(sum) => sum,
            None => sum_of(ruby, asked.funcall("call", (index,))?)?,
        };
        ids.push(fanout::lane_of(sum, lanes));
    }
    share(ruby, batch.as_value(), ids.len(), fanout::by_ids(ids))
}

/// Balanced lanes over native keys; nil where Ruby must read one of them.
fn balanced(
    ruby: &Ruby,
    batch: Obj<Batch>,
    extractor: Obj<Extractor>,
    lanes: u64,
) -> Result<Option<RArray>, Error> {
    let lanes = positive(ruby, lanes)?;
    let shared = extracting(ruby, &batch, &extractor, || {
        let groups = Keys::extract(batch.fetched(), &extractor.0).groups()?;
        Some(fanout::by_groups(&groups, lanes))
    })?;
    shared.map(|shared| share(ruby, batch.as_value(), batch.fetched().len(), shared)).transpose()
}

/// Keeps the VM lock for what ends within microseconds, and gives it up for what the pool does: taking
/// it again may cost a whole time slice of another thread.
fn extracting<T>(
    ruby: &Ruby,
    batch: &Batch,
    extractor: &Extractor,
    work: impl FnOnce() -> T,
) -> Result<T, Error> {
    if fanout::pays(batch.fetched(), &extractor.0) {
        lock::release(ruby, work, lock::no_wake)
    } else {
        lock::keep(ruby, || Ok(work()))
    }
}

/// The byte sum of what `to_s` gives.
fn sum_of(ruby: &Ruby, key: Value) -> Result<u16, Error> {
    if key.is_nil() {
        return Ok(0);
    }
    let plain = RString::from_value(key)
        .filter(|text| text.class().as_value().equal(ruby.class_string()).unwrap_or(false));
    if let Some(text) = plain {
        // SAFETY: read before Ruby runs again.
        return Ok(fanout::byte_sum(unsafe { text.as_slice() }));
    }
    if let Some(number) = magnus::Fixnum::from_value(key) {
        return Ok(fanout::byte_sum(number.to_i64().to_string().as_bytes()));
    }
    let text: Value = key.funcall("to_s", ())?;
    let Some(text) = RString::from_value(text) else {
        let text = format!("to_s of a {} key gives no String", key.class());
        return Err(Error::new(ruby.exception_type_error(), text));
    };
    // SAFETY: read before Ruby runs again.
    Ok(fanout::byte_sum(unsafe { text.as_slice() }))
}

fn ids_of(ids: RArray) -> Result<Vec<i64>, Error> {
    let mut converted = Vec::with_capacity(ids.len());
    for index in 0..ids.len() {
        let id: Value = ids.entry(index as isize)?;
        let Some(integer) = magnus::Integer::from_value(id) else {
            let ruby = Ruby::get_with(id);
            let text = format!("a reducer must give Integers, not {}", id.inspect());
            return Err(Error::new(ruby.exception_type_error(), text));
        };
        converted.push(integer.to_i64()?);
    }
    Ok(converted)
}

fn positive(ruby: &Ruby, number: u64) -> Result<NonZeroU64, Error> {
    NonZeroU64::new(number)
        .ok_or_else(|| Error::new(ruby.exception_arg_error(), "must be an Integer above 0, not 0"))
}

fn share(ruby: &Ruby, messages: Value, given: usize, lanes: Vec<Lane>) -> Result<RArray, Error> {
    let batch = Obj::<Batch>::try_convert(messages).ok();
    let list = if batch.is_some() { None } else { Some(RArray::try_convert(messages)?) };
    let size = batch.map_or_else(|| list.map_or(0, |list| list.len()), |batch| batch.fetched().len());
    if size != given {
        let text = format!("{given} keys for {size} messages");
        return Err(Error::new(ruby.exception_arg_error(), text));
    }
    let shared = ruby.ary_new_capa(lanes.len());
    for lane in lanes {
        let part = match (batch, list) {
            (Some(batch), _) => Batch::lane(ruby, batch, &lane.indexes)?.as_value(),
            (_, Some(list)) => picked(ruby, list, &lane.indexes)?.as_value(),
            (None, None) => continue,
        };
        shared.push(ruby.ary_new_from_values(&[ruby.integer_from_i64(lane.id).as_value(), part]))?;
    }
    Ok(shared)
}

fn picked(ruby: &Ruby, list: RArray, indexes: &[u32]) -> Result<RArray, Error> {
    let part = ruby.ary_new_capa(indexes.len());
    for index in indexes {
        part.push(list.entry::<Value>(*index as isize)?)?;
    }
    Ok(part)
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let class = native.define_class("Extractor", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("message_key", function!(Extractor::message_key, 0))?;
    class.define_singleton_method("payload", function!(Extractor::payload, 0))?;
    class.define_singleton_method("header", function!(Extractor::header, 1))?;
    class.define_singleton_method("json", function!(Extractor::json, 1))?;
    class.define_singleton_method("several", function!(Extractor::several, 1))?;
    class.define_method("modulo", method!(Extractor::modulo, 1))?;
    let module = native.define_module("FanOut")?;
    module.define_module_function("by_ids", function!(by_ids, 2))?;
    module.define_module_function("by_keys", function!(by_keys, 3))?;
    module.define_module_function("by_groups", function!(by_groups, 3))?;
    module.define_module_function("consistent", function!(consistent, 4))?;
    module.define_module_function("balanced", function!(balanced, 3))?;
    Ok(())
}
