//! `WaterDrop::Instrumentation::Acknowledgement`: the event of one delivered message.
//!
//! The Ruby object is a pointer to a row of its batch, so that an event costs one object and nothing
//! else. Each row leads back to the batch, of which every event holds a count. Values become Ruby's when
//! they are asked for (`lib/waterdrop/instrumentation/acknowledgement.rb`).

use std::os::raw::c_void;
use std::sync::{Arc, OnceLock};

use karafka_engine::producer::Delivery;
use magnus::rb_sys::{AsRawValue, FromRawValue};
use magnus::value::ReprValue;
use magnus::{function, method, Error, IntoValue, Module, Object, RClass, RModule, Ruby, Value};
use rb_sys::VALUE;

use crate::vm::names::{interned, Symbols};
use crate::vm::native_part::NativePart;

static PART: NativePart =
    NativePart::new(c"WaterDrop::Instrumentation::Acknowledgement", Some(mark), free, size);

/// What a report says.
struct Row {
    batch: *const Batch,
    offset: i64,
    partition: i32,
    topic: usize,
}

// SAFETY: the pointer is followed only while a count on its batch is held; nothing changes after.
unsafe impl Send for Row {}
// SAFETY: as above.
unsafe impl Sync for Row {}

/// The reports of a batch, copied while they are fresh in the cache of whoever drained them.
pub struct Batch {
    rows: Box<[Row]>,
    topics: Vec<Arc<str>>,
    /// Whose messages they are; set before the first event, each of which marks it.
    producer: OnceLock<VALUE>,
}

impl Batch {
    /// Copies the reports. Runs without the VM lock.
    pub fn of(deliveries: &[Arc<Delivery>]) -> Arc<Self> {
        let mut topics: Vec<Arc<str>> = Vec::new();
        Arc::new_cyclic(|batch| {
            let rows = deliveries.iter().map(|delivery| {
                let report = delivery.read();
                let topic = position(&mut topics, delivery.topic());
                Row { batch: batch.as_ptr(), offset: report.offset, partition: report.partition, topic }
            });
            Self { rows: rows.collect(), topics, producer: OnceLock::new() }
        })
    }

    /// The event of one row, nil beyond the last.
    pub fn event(self: &Arc<Self>, index: usize, producer: Value) -> Option<Value> {
        let row = self.rows.get(index)?;
        let class = PART.class()?;
        self.producer.get_or_init(|| producer.as_raw());
        let _count = Arc::into_raw(Arc::clone(self));
        let data = std::ptr::from_ref(row).cast_mut().cast::<c_void>();
        // SAFETY: the prepared class; the object owns the count from here on, which keeps its row.
        Some(unsafe { Value::from_raw(PART.wrap(class, data)) })
    }
}

/// Where the topic stands among those of the batch, which hardly ever has more than a few.
fn position(topics: &mut Vec<Arc<str>>, topic: &Arc<str>) -> usize {
    topics.iter().rposition(|known| Arc::ptr_eq(known, topic)).unwrap_or_else(|| {
        topics.push(Arc::clone(topic));
        topics.len() - 1
    })
}

unsafe extern "C" fn mark(data: *mut c_void) {
    // SAFETY: `event` stores a row whose batch the object holds a count of.
    let producer = unsafe { data.cast::<Row>().as_ref().map(|row| (*row.batch).producer.get()) };
    if let Some(Some(producer)) = producer {
        // SAFETY: alive when the first event was made, and marked by every event since.
        unsafe { rb_sys::rb_gc_mark(*producer) };
    }
}

unsafe extern "C" fn free(data: *mut c_void) {
    // SAFETY: as in `mark`; the count is given back here alone.
    if let Some(batch) = unsafe { data.cast::<Row>().as_ref().map(|row| row.batch) } {
        // SAFETY: as above.
        drop(unsafe { Arc::from_raw(batch) });
    }
}

unsafe extern "C" fn size(_data: *const c_void) -> rb_sys::size_t {
    std::mem::size_of::<Row>() as rb_sys::size_t
}

fn row(ruby: &Ruby, event: Value) -> Result<(&Batch, &Row), Error> {
    // SAFETY: the methods below are defined on this class alone, so the type check cannot raise; the
    // object outlives the call that holds it, and its count the batch.
    let row = unsafe { PART.data(event.as_raw()).cast::<Row>().as_ref() };
    // SAFETY: as above.
    row.map(|row| (unsafe { &*row.batch }, row))
        .ok_or_else(|| Error::new(ruby.exception_arg_error(), "this event has no message"))
}

/// The names that `fetch` answers itself.
static NAMES: Symbols<3> = Symbols::new([c"offset", c"partition", c"topic"]);

/// The value of a name: what the report says here, the rest in Ruby.
fn fetch(ruby: &Ruby, event: Value, name: Value) -> Result<Value, Error> {
    let (batch, row) = row(ruby, event)?;
    Ok(match NAMES.all().iter().position(|known| *known == name.as_raw()) {
        Some(0) => row.offset.into_value_with(ruby),
        Some(1) => row.partition.into_value_with(ruby),
        Some(2) => topic_name(batch.topics.get(row.topic).map_or("", |topic| topic)),
        _ => return event.funcall("detail", (name,)),
    })
}

fn producer(ruby: &Ruby, event: Value) -> Result<Option<Value>, Error> {
    // SAFETY: the event marks it.
    Ok(row(ruby, event)?.0.producer.get().map(|producer| unsafe { Value::from_raw(*producer) }))
}

/// A frozen String that all reports of a topic share.
pub fn topic_name(topic: &str) -> Value {
    // SAFETY: text, with the VM lock.
    unsafe { Value::from_raw(interned(topic.as_bytes())) }
}

/// Gives the Ruby class its native part.
fn prepare(class: RClass) -> Result<(), Error> {
    PART.prepare(class);
    class.define_method("[]", method!(fetch, 1))?;
    class.define_private_method("producer", method!(producer, 0))?;
    Ok(())
}

pub fn init(_ruby: &Ruby, native: RModule) -> Result<(), Error> {
    native.define_singleton_method("prepare_acknowledgement", function!(prepare, 1))?;
    Ok(())
}
