//! `Karafka::Native::Poller`: where a Ruby thread sleeps on behalf of producers.

use std::time::Duration;

use karafka_engine::producer::{Happening, Poller as Engine};
use magnus::{function, method, Class, Error, Module, Object, RArray, RModule, Ruby};

use super::deliveries::Arrival;
use super::producer::Producer;
use crate::vm::fork::Guarded;
use crate::vm::lock;
use crate::vm::turn::TURNS;

/// The sleeping place of one thread.
#[magnus::wrap(class = "Karafka::Native::Poller", free_immediately)]
pub struct Poller(Guarded<Engine>);

impl Poller {
    fn new() -> Self {
        Self(Guarded::new(Engine::new()))
    }

    fn register(ruby: &Ruby, rb_self: &Self, token: u64, producer: &Producer) -> Result<(), Error> {
        rb_self.0.get(ruby)?.register(token, producer.engine(ruby)?);
        Ok(())
    }

    fn unregister(ruby: &Ruby, rb_self: &Self, token: u64) -> Result<(), Error> {
        rb_self.0.get(ruby)?.unregister(token);
        Ok(())
    }

    /// Sleeps up to `timeout` ms without the VM lock; each producer is drained for at most `budget`
    /// ms. Returns `[[token, [kind, ...]], ...]`.
    fn poll(ruby: &Ruby, rb_self: &Self, timeout: u64, budget: u64) -> Result<RArray, Error> {
        let poller = rb_self.0.get(ruby)?;
        let (timeout, budget) = (Duration::from_millis(timeout), Duration::from_millis(budget));
        // A busy application gives the VM lock back after 100 ms: whoever is behind keeps it.
        let mut found = if poller.is_behind() { arrivals(poller.drain(budget)) } else { Vec::new() };
        if found.is_empty() {
            let waited = lock::release(ruby, || findings(poller, timeout, budget), || poller.wake());
            TURNS.end();
            found = waited?;
        }
        let array = ruby.ary_new_capa(found.len());
        for (token, arrival) in found {
            array.push((token, arrival.into_array(ruby)?))?;
        }
        Ok(array)
    }

    fn wake(ruby: &Ruby, rb_self: &Self) -> Result<(), Error> {
        rb_self.0.get(ruby)?.wake();
        Ok(())
    }
}

/// Runs without the VM lock, and says so if it is needed: whoever has it will not give it back for long.
fn findings(poller: &Engine, timeout: Duration, budget: Duration) -> Vec<(u64, Arrival)> {
    let found = arrivals(poller.poll(timeout, budget));
    if !found.is_empty() {
        TURNS.ask();
    }
    found
}

fn arrivals(happenings: Vec<(u64, Happening)>) -> Vec<(u64, Arrival)> {
    happenings.into_iter().map(|(token, happening)| (token, Arrival::from(happening))).collect()
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let class = native.define_class("Poller", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(Poller::new, 0))?;
    class.define_method("register", method!(Poller::register, 2))?;
    class.define_method("unregister", method!(Poller::unregister, 1))?;
    class.define_method("poll", method!(Poller::poll, 2))?;
    class.define_method("wake", method!(Poller::wake, 0))?;
    Ok(())
}
