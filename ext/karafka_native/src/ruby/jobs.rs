//! `Karafka::Native::Jobs`: the accounting behind `Karafka::Processing::JobsQueue`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use karafka_engine::jobs::{Jobs as Queue, Taken, Waited};
use magnus::{function, method, Class, Error, Module, Object, RModule, Ruby};

use crate::vm::lock;

/// Belongs to one run of the server.
#[magnus::wrap(class = "Karafka::Native::Jobs", free_immediately)]
pub struct Jobs(Queue);

impl Jobs {
    fn new() -> Self {
        Self(Queue::new())
    }

    fn defer(&self) {
        self.0.defer();
    }

    fn push(&self, group: String, job: u64, blocking: bool) -> bool {
        self.0.push(&group, job, blocking)
    }

    /// The next job's number, nil when the worker is to end. Sleeps without the VM lock, and takes with it.
    fn pop(ruby: &Ruby, rb_self: &Self) -> Result<Option<u64>, Error> {
        let mut woken = false;
        loop {
            match rb_self.0.take(woken) {
                Taken::Job(job) => return Ok(Some(job)),
                Taken::Enough => return Ok(None),
                Taken::Nothing => woken = rb_self.asleep(ruby, |interrupted| rb_self.0.sleep(interrupted))?,
            }
            if !woken {
                lock::check_interrupts()?;
            }
        }
    }

    fn complete(&self, job: u64) {
        self.0.complete(job);
    }

    /// Whether it could be withheld: false when it is already.
    fn lock(&self, group: String, job: u64, blocking: bool) -> bool {
        self.0.lock(&group, job, blocking)
    }

    /// Whether it was withheld until now.
    fn unlock(&self, job: u64) -> bool {
        self.0.unlock(job)
    }

    /// True once no blocking job of the group is left, false after `timeout` ms.
    fn wait(ruby: &Ruby, rb_self: &Self, group: String, timeout: u64) -> Result<bool, Error> {
        let timeout = Duration::from_millis(timeout);
        rb_self.asleep(ruby, |interrupted| rb_self.0.wait(&group, timeout, interrupted) == Waited::Free)
    }

    /// As `wait`, without those that are withheld.
    fn drain(ruby: &Ruby, rb_self: &Self, group: String, timeout: u64) -> Result<bool, Error> {
        let timeout = Duration::from_millis(timeout);
        rb_self.asleep(ruby, |interrupted| rb_self.0.drain(&group, timeout, interrupted) == Waited::Free)
    }

    fn asleep(&self, ruby: &Ruby, sleep: impl Fn(&AtomicBool) -> bool) -> Result<bool, Error> {
        let interrupted = AtomicBool::new(false);
        lock::release(
            ruby,
            || sleep(&interrupted),
            || {
                interrupted.store(true, Ordering::Release);
                self.0.wake();
            },
        )
    }

    fn release_worker(&self) {
        self.0.release_worker();
    }

    fn clear(&self, group: String) {
        self.0.clear(&group);
    }

    fn empty(&self, group: String) -> bool {
        self.0.is_empty(&group)
    }

    fn close(&self) {
        self.0.close();
    }

    fn wake(&self) {
        self.0.wake();
    }

    /// `[busy, enqueued, waiting]`.
    fn counts(&self) -> (usize, usize, usize) {
        let counts = self.0.counts();
        (counts.busy, counts.enqueued, counts.waiting)
    }
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let class = native.define_class("Jobs", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(Jobs::new, 0))?;
    class.define_method("defer", method!(Jobs::defer, 0))?;
    class.define_method("push", method!(Jobs::push, 3))?;
    class.define_method("pop", method!(Jobs::pop, 0))?;
    class.define_method("complete", method!(Jobs::complete, 1))?;
    class.define_method("lock", method!(Jobs::lock, 3))?;
    class.define_method("unlock", method!(Jobs::unlock, 1))?;
    class.define_method("wait", method!(Jobs::wait, 2))?;
    class.define_method("drain", method!(Jobs::drain, 2))?;
    class.define_method("release_worker", method!(Jobs::release_worker, 0))?;
    class.define_method("clear", method!(Jobs::clear, 1))?;
    class.define_method("empty?", method!(Jobs::empty, 1))?;
    class.define_method("close", method!(Jobs::close, 0))?;
    class.define_method("wake", method!(Jobs::wake, 0))?;
    class.define_method("counts", method!(Jobs::counts, 0))?;
    Ok(())
}
