//! `Karafka::Native::Deliveries`: reports that wait to be told and released.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use karafka_engine::client::Event;
use karafka_engine::producer::{Delivery, Happening, Reports};
use magnus::rb_sys::{protect, AsRawValue};
use magnus::value::ReprValue;
use magnus::{method, Class, Error, Module, RArray, RModule, Ruby, Value};
use rb_sys::VALUE;

use super::acknowledgement::{topic_name, Batch};
use super::rows::event_array;
use super::switch::Switch;

/// Reports of one producer, in the order of their arrival.
#[magnus::wrap(class = "Karafka::Native::Deliveries", free_immediately)]
pub struct Deliveries {
    /// None any more once all were released.
    deliveries: RefCell<Vec<Arc<Delivery>>>,
    /// The same for events; none where a message failed or holds a label.
    batch: Option<Arc<Batch>>,
    /// How many events were given out.
    told: AtomicUsize,
}

impl From<Reports> for Deliveries {
    /// Runs without the VM lock.
    fn from(reports: Reports) -> Self {
        let batch = (!reports.particular).then(|| Batch::of(&reports.deliveries));
        Self { deliveries: RefCell::new(reports.deliveries), batch, told: AtomicUsize::new(0) }
    }
}

impl Deliveries {
    fn size(&self) -> usize {
        self.deliveries.borrow().len()
    }

    /// Whether every message was delivered and none holds a label.
    fn is_plain(&self) -> bool {
        self.batch.is_some()
    }

    /// Yields the event of each report, none where not all are plain. What the block raises leaves this; a
    /// further call goes on with the next event. So it does where this answers false: `listeners` changed.
    fn each_event(ruby: &Ruby, rb_self: &Self, producer: Value, listeners: &Switch) -> Result<bool, Error> {
        if !ruby.block_given() {
            return Err(Error::new(ruby.exception_arg_error(), "no block to give events to"));
        }
        let Some(batch) = &rb_self.batch else { return Ok(true) };
        let known = listeners.changes();
        // The block may jump out of here: nothing in this closure has to be dropped.
        let told = protect(|| {
            while let Some(event) = batch.event(rb_self.told.fetch_add(1, Ordering::Relaxed), producer) {
                // SAFETY: under `protect`, once for all events; a block was given.
                unsafe { rb_sys::rb_yield(event.as_raw()) };
                if listeners.changes() != known {
                    return rb_sys::Qfalse.into();
                }
            }
            rb_sys::Qtrue.into()
        })?;
        Ok(told == rb_sys::Qtrue as VALUE)
    }

    /// Rows of topic, partition, offset, code, id, whether it holds a label.
    fn rows(ruby: &Ruby, rb_self: &Self) -> Result<RArray, Error> {
        let deliveries = rb_self.deliveries.borrow();
        let rows = ruby.ary_new_capa(deliveries.len());
        for delivery in deliveries.iter() {
            let report = delivery.read();
            let row = ruby.ary_new_capa(6);
            row.push(topic_name(delivery.topic()))?;
            row.push(report.partition)?;
            row.push(report.offset)?;
            row.push(report.code)?;
            row.push(delivery.id())?;
            row.push(delivery.is_rooted())?;
            rows.push(row)?;
        }
        Ok(rows)
    }

    /// Lets waiters read all reports; returns the ids of those that sleep. Lets go of the reports while they
    /// are in the cache: the collector would have to fetch each from memory once more.
    fn release_all(&self) -> Vec<usize> {
        let deliveries = self.deliveries.take();
        deliveries.into_iter().filter_map(|delivery| delivery.release().then(|| delivery.id())).collect()
    }

    /// What the broker or librdkafka said about the failure of one of them.
    fn broker_message(&self, index: usize) -> Option<String> {
        self.deliveries
            .borrow()
            .get(index)
            .and_then(|delivery| delivery.error())
            .and_then(|error| error.broker_message)
    }

    /// Lets waiters read one report; true if one of them sleeps.
    fn release(&self, index: usize) -> bool {
        self.deliveries.borrow().get(index).is_some_and(|delivery| delivery.release())
    }
}

/// A happening on its way to Ruby, prepared as far as that needs no VM lock.
pub enum Arrival {
    Delivered(Deliveries),
    Awaited(Vec<Arc<Delivery>>),
    Event(Event),
}

impl From<Happening> for Arrival {
    fn from(happening: Happening) -> Self {
        match happening {
            Happening::Delivered(reports) => Self::Delivered(reports.into()),
            Happening::Awaited(deliveries) => Self::Awaited(deliveries),
            Happening::Event(event) => Self::Event(event),
        }
    }
}

impl Arrival {
    /// An Array that starts with its kind.
    pub fn into_array(self, ruby: &Ruby) -> Result<RArray, Error> {
        let array = ruby.ary_new();
        match self {
            Self::Delivered(deliveries) => {
                array.push(ruby.to_symbol("delivered"))?;
                array.push(ruby.obj_wrap(deliveries))?;
            }
            Self::Awaited(deliveries) => {
                let ids = ruby.ary_new_capa(deliveries.len());
                for delivery in &deliveries {
                    ids.push(delivery.id())?;
                }
                array.push(ruby.to_symbol("awaited"))?;
                array.push(ids.as_value())?;
            }
            Self::Event(event) => return event_array(ruby, event),
        }
        Ok(array)
    }
}

/// Happenings as an Array of Arrays that start with their kind.
pub fn arrivals(ruby: &Ruby, happenings: Vec<Happening>) -> Result<RArray, Error> {
    let array = ruby.ary_new_capa(happenings.len());
    for happening in happenings {
        array.push(Arrival::from(happening).into_array(ruby)?)?;
    }
    Ok(array)
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let class = native.define_class("Deliveries", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_method("size", method!(Deliveries::size, 0))?;
    class.define_method("plain?", method!(Deliveries::is_plain, 0))?;
    class.define_method("each_event", method!(Deliveries::each_event, 2))?;
    class.define_method("release_all", method!(Deliveries::release_all, 0))?;
    class.define_method("rows", method!(Deliveries::rows, 0))?;
    class.define_method("broker_message", method!(Deliveries::broker_message, 1))?;
    class.define_method("release", method!(Deliveries::release, 1))?;
    Ok(())
}
