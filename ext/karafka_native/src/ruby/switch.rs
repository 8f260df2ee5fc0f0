//! `Karafka::Native::Switch` and `Karafka::Native::Gate`: what Ruby and native threads both read.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::Arc;

use magnus::typed_data::Obj;
use magnus::value::Opaque;
use magnus::{
    function, gc, method, Class, DataTypeFunctions, Error, Module, Object, RModule, Ruby, TypedData,
};

/// A flag, and how often it was set.
#[magnus::wrap(class = "Karafka::Native::Switch", free_immediately)]
pub struct Switch {
    on: Arc<AtomicBool>,
    changes: AtomicU64,
}

impl Switch {
    fn new(on: bool) -> Self {
        Self { on: Arc::new(AtomicBool::new(on)), changes: AtomicU64::new(0) }
    }

    /// The flag itself.
    pub fn shared(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.on)
    }

    fn set(&self, on: bool) {
        self.on.store(on, Ordering::Relaxed);
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    /// Another number after each time that it was set, also to what it was.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Whether it is on.
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }
}

/// Counts who is inside, and may be shut. Below `SHUT` the count is that of a shut gate.
#[magnus::wrap(class = "Karafka::Native::Gate", free_immediately)]
pub struct Gate(AtomicI64);

/// One way through a gate. Ruby may raise into a thread as soon as a method returns, so what entered
/// must know it by itself.
#[derive(TypedData)]
#[magnus(class = "Karafka::Native::Pass", free_immediately, mark)]
pub struct Pass {
    gate: Opaque<Obj<Gate>>,
    inside: AtomicBool,
}

impl DataTypeFunctions for Pass {
    fn mark(&self, marker: &gc::Marker) {
        marker.mark(self.gate);
    }
}

impl Pass {
    /// Goes inside; false if the gate is shut.
    fn enter(ruby: &Ruby, rb_self: &Self) -> bool {
        let entered = ruby.get_inner(rb_self.gate).enter();
        rb_self.inside.store(entered, Ordering::Relaxed);
        entered
    }

    /// Goes out, if it is inside.
    fn leave(ruby: &Ruby, rb_self: &Self) {
        if rb_self.inside.swap(false, Ordering::Relaxed) {
            ruby.get_inner(rb_self.gate).leave();
        }
    }
}

const SHUT: i64 = i64::MIN / 2;

impl Gate {
    fn new() -> Self {
        Self(AtomicI64::new(0))
    }

    /// Goes inside; false (and nothing counted) if the gate is shut.
    pub fn enter(&self) -> bool {
        if self.0.fetch_add(1, Ordering::AcqRel) >= 0 {
            return true;
        }
        self.0.fetch_sub(1, Ordering::AcqRel);
        false
    }

    /// A pass that has not entered yet.
    fn pass(gate: Obj<Self>) -> Pass {
        Pass { gate: gate.into(), inside: AtomicBool::new(false) }
    }

    /// Takes back one `enter`.
    pub fn leave(&self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }

    /// Lets nobody in any more; false if it was shut before.
    fn shut(&self) -> bool {
        let entered = self.0.load(Ordering::Acquire);
        if entered < 0 {
            return false;
        }
        self.0.fetch_add(SHUT, Ordering::AcqRel) >= 0
    }

    fn open(&self) {
        if self.0.load(Ordering::Acquire) < 0 {
            self.0.fetch_sub(SHUT, Ordering::AcqRel);
        }
    }

    fn is_shut(&self) -> bool {
        self.0.load(Ordering::Acquire) < 0
    }

    /// How many are inside.
    fn count(&self) -> i64 {
        let entered = self.0.load(Ordering::Acquire);
        if entered < 0 {
            entered - SHUT
        } else {
            entered
        }
    }
}

/// The epoch of this process; another one in each forked child.
fn epoch() -> u32 {
    karafka_engine::process::epoch()
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    native.define_singleton_method("epoch", function!(epoch, 0))?;
    let class = native.define_class("Switch", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(Switch::new, 1))?;
    class.define_method("set", method!(Switch::set, 1))?;
    class.define_method("on?", method!(Switch::is_on, 0))?;
    let class = native.define_class("Gate", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(Gate::new, 0))?;
    class.define_method("pass", method!(Gate::pass, 0))?;
    class.define_method("shut", method!(Gate::shut, 0))?;
    class.define_method("open", method!(Gate::open, 0))?;
    class.define_method("shut?", method!(Gate::is_shut, 0))?;
    class.define_method("count", method!(Gate::count, 0))?;
    let class = native.define_class("Pass", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_method("enter", method!(Pass::enter, 0))?;
    class.define_method("leave", method!(Pass::leave, 0))?;
    Ok(())
}
