//! `Rdkafka::Producer::DeliveryHandle`: one produced message, as Ruby holds it.
//!
//! The Ruby object is one count on the engine's delivery and nothing else, so that a message costs one
//! object and one allocation. Waiting is Ruby's part (`lib/rdkafka/producer/delivery_handle.rb`).

use std::os::raw::c_void;
use std::sync::Arc;

use karafka_engine::producer::{Delivery, Report};
use magnus::rb_sys::{AsRawValue, FromRawValue};
use magnus::{function, method, Error, Module, Object, RClass, RModule, RString, Ruby, Value};
use rb_sys::VALUE;

use crate::vm::native_part::NativePart;

static PART: NativePart = NativePart::new(c"Rdkafka::Producer::DeliveryHandle", None, free, size);

unsafe extern "C" fn free(data: *mut c_void) {
    if !data.is_null() {
        // SAFETY: `wrap` stores a count of the object's own, given back here alone.
        drop(unsafe { Arc::from_raw(data.cast::<Delivery>().cast_const()) });
    }
}

unsafe extern "C" fn size(data: *const c_void) -> rb_sys::size_t {
    if data.is_null() {
        0
    } else {
        (std::mem::size_of::<Delivery>() + 16) as rb_sys::size_t
    }
}

/// The handle class, once `rdkafka` defined it; loads it.
///
/// # Errors
/// What loading raised.
pub fn ensure_class(ruby: &Ruby) -> Result<VALUE, Error> {
    if let Some(class) = PART.class() {
        return Ok(class);
    }
    let rdkafka: RModule = ruby.class_object().const_get("Rdkafka")?;
    let producer: RClass = rdkafka.const_get("Producer")?;
    let class: RClass = producer.const_get("DeliveryHandle")?;
    Ok(class.as_raw())
}

/// A handle object of this delivery.
pub fn wrap(class: VALUE, delivery: Arc<Delivery>) -> VALUE {
    let data = Arc::into_raw(delivery).cast_mut().cast::<c_void>();
    // SAFETY: the prepared class, or one below it; the object owns the count from here on.
    unsafe { PART.wrap(class, data) }
}

/// A count on the delivery of a handle; none for whatever else a double of the client answered.
pub fn shared(handle: Value) -> Option<Arc<Delivery>> {
    let data = PART.data_of_any(handle.as_raw())?.cast::<Delivery>().cast_const();
    // SAFETY: a count that the object owns, which is alive; the one given out is a further one.
    (!data.is_null()).then(|| unsafe {
        Arc::increment_strong_count(data);
        Arc::from_raw(data)
    })
}

fn delivery(ruby: &Ruby, handle: Value) -> Result<&Delivery, Error> {
    // SAFETY: the methods below are defined on this class alone, so the type check cannot raise; the
    // object outlives the call that holds it.
    let data = unsafe { PART.data(handle.as_raw()) }.cast::<Delivery>();
    // SAFETY: a count that the object owns; null is refused all the same.
    unsafe { data.as_ref() }
        .ok_or_else(|| Error::new(ruby.exception_arg_error(), "this delivery handle has no message"))
}

/// `[partition, offset, code]` once the report may be read, else nil.
fn report(ruby: &Ruby, handle: Value) -> Result<Option<(i32, i64, i32)>, Error> {
    Ok(delivery(ruby, handle)?.report().map(|report| (report.partition, report.offset, report.code)))
}

fn is_released(ruby: &Ruby, handle: Value) -> Result<bool, Error> {
    Ok(delivery(ruby, handle)?.report().is_some())
}

/// Says that a waiter is about to sleep; false if the report is there.
fn expect(ruby: &Ruby, handle: Value) -> Result<bool, Error> {
    Ok(delivery(ruby, handle)?.expect())
}

/// Names the delivery as long as this handle lives; what `Poller#poll` calls awaited deliveries.
fn delivery_id(ruby: &Ruby, handle: Value) -> Result<usize, Error> {
    Ok(std::ptr::from_ref(delivery(ruby, handle)?) as usize)
}

fn topic(ruby: &Ruby, handle: Value) -> Result<RString, Error> {
    Ok(ruby.str_new(delivery(ruby, handle)?.topic()))
}

/// What the broker or librdkafka said about a failure, nil otherwise.
fn broker_message(ruby: &Ruby, handle: Value) -> Result<Option<String>, Error> {
    Ok(delivery(ruby, handle)?.error().and_then(|error| error.broker_message))
}

/// A handle of `class` with a report from the start, for doubles of clients.
fn settled(class: RClass, topic: String, partition: i32, offset: i64, code: i32) -> Value {
    let settled = Delivery::settled(Arc::from(topic), &Report { code, partition, offset });
    // SAFETY: a fresh object, kept by the caller's stack.
    unsafe { value(wrap(class.as_raw(), Arc::new(settled))) }
}

/// Gives the Ruby class its native part.
fn prepare(class: RClass) -> Result<(), Error> {
    PART.prepare(class);
    class.define_private_method("released_report", method!(report, 0))?;
    class.define_private_method("expect_release", method!(expect, 0))?;
    class.define_method("delivery_id", method!(delivery_id, 0))?;
    class.define_method("released?", method!(is_released, 0))?;
    class.define_method("topic", method!(topic, 0))?;
    class.define_method("broker_message", method!(broker_message, 0))?;
    class.define_singleton_method("settled", method!(settled, 4))?;
    Ok(())
}

pub fn init(_ruby: &Ruby, native: RModule) -> Result<(), Error> {
    native.define_singleton_method("prepare_delivery_handle", function!(prepare, 1))?;
    Ok(())
}

/// The value as magnus knows it.
///
/// # Safety
/// `value` is a live object that the caller's stack keeps.
pub unsafe fn value(value: VALUE) -> Value {
    // SAFETY: the caller's promise.
    unsafe { Value::from_raw(value) }
}
