//! `Karafka::Native::Shortcut`: a dispatch that nothing has to be done for in Ruby.
//!
//! It takes a message only if the whole way in Ruby would do nothing but hand it over: the gate open,
//! nobody listening, no variant, no double in place of client or monitor, the message plainly valid.
//! Otherwise, and when the hand-over is refused, it has done nothing, and the way in Ruby does it all.

use std::sync::Arc;

use karafka_engine::producer::{Delivery, Target, MESSAGES_A_TURN};
use magnus::typed_data::Obj;
use magnus::value::Opaque;
use magnus::{
    function, gc, method, Class, DataTypeFunctions, Error, Module, Object, RArray, RHash, RModule, Ruby,
    TryConvert, TypedData, Value,
};
use rb_sys::VALUE;

use super::message_fields::Fields;
use super::producer::{class_pointer, Producer};
use super::switch::{Gate, Switch};
use crate::vm::{lock, turn};

/// What has to hold, and where to look.
#[derive(TypedData)]
#[magnus(class = "Karafka::Native::Shortcut", free_immediately, mark)]
pub struct Shortcut {
    gate: Opaque<Obj<Gate>>,
    /// On while somebody listens to what is dispatched.
    observed: Opaque<Obj<Switch>>,
    monitor: Opaque<Value>,
    /// The class of the monitor when it was plain; a stubbed one has another.
    monitor_class: VALUE,
    max_payload_size: usize,
}

impl DataTypeFunctions for Shortcut {
    fn mark(&self, marker: &gc::Marker) {
        marker.mark(self.gate);
        marker.mark(self.observed);
        marker.mark(self.monitor);
        // SAFETY: the class of a live object.
        unsafe { rb_sys::rb_gc_mark(self.monitor_class) };
    }
}

impl Shortcut {
    fn new(gate: Obj<Gate>, observed: Obj<Switch>, monitor: Value, max_payload_size: usize) -> Self {
        let monitor_class = class_pointer(monitor).unwrap_or(rb_sys::Qnil as VALUE);
        Self {
            gate: gate.into(),
            observed: observed.into(),
            monitor: monitor.into(),
            monitor_class,
            max_payload_size,
        }
    }

    /// The handle of a message, or nil if it has to go the whole way.
    fn dispatch(ruby: &Ruby, rb_self: &Self, client: Value, message: Value) -> Result<Option<Value>, Error> {
        turn::give(1)?;
        let Some(message) = RHash::from_value(message) else { return Ok(None) };
        let Some(producer) = rb_self.open(ruby, client) else { return Ok(None) };
        let gate = ruby.get_inner(rb_self.gate);
        if !gate.enter() {
            return Ok(None);
        }
        let handle = rb_self.send(ruby, &producer, message, &mut None);
        gate.leave();
        handle
    }

    /// Appends handles to `handles` until a message has to go the whole way. None is sent unless all
    /// are plainly valid.
    fn dispatch_many(
        ruby: &Ruby,
        rb_self: &Self,
        client: Value,
        messages: RArray,
        handles: RArray,
    ) -> Result<(), Error> {
        turn::give(messages.len().min(MESSAGES_A_TURN))?;
        let Some(producer) = rb_self.open(ruby, client) else { return Ok(()) };
        for index in 0..messages.len() {
            let message: Value = messages.entry(index as isize)?;
            let valid = RHash::from_value(message)
                .is_some_and(|message| Fields::of(message).plainly_valid(rb_self.max_payload_size));
            if !valid {
                return Ok(());
            }
        }
        let gate = ruby.get_inner(rb_self.gate);
        if !gate.enter() {
            return Ok(());
        }
        let sent = rb_self.send_all(ruby, &producer, messages, handles);
        gate.leave();
        sent
    }

    fn send_all(
        &self,
        ruby: &Ruby,
        producer: &Producer,
        messages: RArray,
        handles: RArray,
    ) -> Result<(), Error> {
        let mut target = None;
        for index in 0..messages.len() {
            let Some(message) = RHash::from_value(messages.entry(index as isize)?) else { return Ok(()) };
            match self.send(ruby, producer, message, &mut target)? {
                Some(handle) => handles.push(handle)?,
                None => return Ok(()),
            }
            if index % MESSAGES_A_TURN == MESSAGES_A_TURN - 1 {
                lock::check_interrupts()?;
                turn::give(MESSAGES_A_TURN)?;
            }
        }
        Ok(())
    }

    /// The client behind the value, if nothing stands in the way.
    fn open(&self, ruby: &Ruby, client: Value) -> Option<Obj<Producer>> {
        let plain = Producer::is_plain(client)
            && class_pointer(ruby.get_inner(self.monitor)) == Some(self.monitor_class)
            && !ruby.get_inner(self.observed).is_on()
            && !in_variant();
        plain.then(|| Obj::<Producer>::try_convert(client).ok()).flatten()
    }

    /// `target` is that of the message before, which mostly serves this one too.
    fn send(
        &self,
        ruby: &Ruby,
        producer: &Producer,
        message: RHash,
        target: &mut Option<Target>,
    ) -> Result<Option<Value>, Error> {
        let fields = Fields::of(message);
        if fields.is_particular() || !fields.plainly_valid(self.max_payload_size) {
            return Ok(None);
        }
        let Ok(client) = producer.engine(ruby) else { return Ok(None) };
        let topic = fields.topic(ruby)?;
        if target.as_ref().is_none_or(|target| **target.name() != *topic) {
            *target = client.plain_target(topic).ok();
        }
        let Some(target) = target else { return Ok(None) };
        let delivery = Arc::new(Delivery::new(Arc::clone(target.name()), false));
        let outgoing = fields.outgoing(ruby, (None, None), None)?;
        if client.send(target, outgoing, &delivery).is_err() {
            return Ok(None);
        }
        Producer::handle(ruby, delivery).map(Some)
    }
}

/// Whether a variant is current in this fiber.
fn in_variant() -> bool {
    static NAME: std::sync::OnceLock<rb_sys::ID> = std::sync::OnceLock::new();
    // SAFETY: a static C string; reading a fiber-local runs no Ruby code.
    unsafe {
        let name = *NAME.get_or_init(|| rb_sys::rb_intern(c"waterdrop_variants".as_ptr()));
        rb_sys::rb_thread_local_aref(rb_sys::rb_thread_current(), name) != rb_sys::Qnil as VALUE
    }
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let class = native.define_class("Shortcut", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(Shortcut::new, 4))?;
    class.define_method("dispatch", method!(Shortcut::dispatch, 2))?;
    class.define_method("dispatch_many", method!(Shortcut::dispatch_many, 3))?;
    Ok(())
}
