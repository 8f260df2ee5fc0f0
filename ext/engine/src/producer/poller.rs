//! One sleep for any number of producers.

use std::os::raw::c_void;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka_sys as sys;

use super::{Happening, Producer};
use crate::locks::{Condvar, Mutex};

/// Raised by librdkafka's threads when a queue gets its first entry. They hold the queue's lock, so
/// this only touches a flag.
#[derive(Default)]
pub(super) struct Signal {
    state: Mutex<State>,
    arrival: Condvar,
}

#[derive(Default)]
struct State {
    raised: bool,
    /// Somebody wants the poll to end, whatever it found.
    woken: bool,
}

impl Signal {
    pub(super) fn raise(&self) {
        self.state.lock().raised = true;
        self.arrival.notify_one();
    }

    fn wake(&self) {
        let mut state = self.state.lock();
        (state.raised, state.woken) = (true, true);
        drop(state);
        self.arrival.notify_one();
    }

    /// Sleeps until raised, at most until `deadline`; lowers the flags. True if woken.
    fn wait(&self, deadline: Instant) -> bool {
        let mut state = self.state.lock();
        while !state.raised {
            let (guard, timed_out) = self.arrival.wait_until(state, deadline);
            state = guard;
            if timed_out {
                break;
            }
        }
        std::mem::take(&mut *state).woken
    }

    pub(super) unsafe extern "C" fn arrived(_client: *mut sys::rd_kafka_t, opaque: *mut c_void) {
        // SAFETY: `Link::attach` passes a signal that it keeps until the client is gone.
        unsafe { &*opaque.cast::<Signal>() }.raise();
    }
}

/// The producers that one thread serves. Threads: one polls, any may change the members.
#[derive(Default)]
pub struct Poller {
    signal: Arc<Signal>,
    behind: AtomicBool,
    members: Mutex<Vec<(u64, Arc<Producer>)>>,
}

impl Poller {
    /// Nobody to serve yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves `producer` from now on; `token` names it in what [`Poller::poll`] returns.
    pub fn register(&self, token: u64, producer: &Arc<Producer>) {
        self.members.lock().push((token, Arc::clone(producer)));
        *producer.signal.lock() = Some(Arc::clone(&self.signal));
        if let Ok(links) = producer.snapshot("register") {
            links.all().for_each(|link| link.attach(&self.signal));
        }
    }

    /// Stops serving a producer. What is left in its queues is for the caller to drain.
    pub fn unregister(&self, token: u64) {
        let mut members = self.members.lock();
        let Some(index) = members.iter().position(|(own, _)| *own == token) else { return };
        let (_, producer) = members.swap_remove(index);
        drop(members);
        *producer.signal.lock() = None;
        if let Ok(links) = producer.snapshot("unregister") {
            links.all().for_each(|link| link.detach());
        }
    }

    /// How many producers are served.
    pub fn len(&self) -> usize {
        self.members.lock().len()
    }

    /// Whether nobody is served.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sleeps until a producer has something for Ruby, [`Poller::wake`] is called, or `timeout` is
    /// over; deliveries that nobody observes are resolved on the way, without coming back for each
    /// batch: the caller would have to wait for the VM lock, and nothing be resolved meanwhile. Each
    /// producer is drained for at most `budget` before the next has its turn.
    pub fn poll(&self, timeout: Duration, budget: Duration) -> Vec<(u64, Happening)> {
        let deadline = Instant::now() + timeout;
        loop {
            let woken = self.signal.wait(deadline);
            let happenings = self.drain(budget);
            if woken || !happenings.is_empty() || Instant::now() >= deadline {
                return happenings;
            }
        }
    }

    /// Whether more was there than the last pass took.
    pub fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Relaxed)
    }

    /// One pass over the producers, each for at most `budget`, without sleeping.
    pub fn drain(&self, budget: Duration) -> Vec<(u64, Happening)> {
        let members = self.members.lock().clone();
        let mut happenings = Vec::new();
        let mut more = false;
        for (token, producer) in &members {
            let (found, unfinished) = producer.drain(budget);
            more |= unfinished;
            happenings.extend(found.into_iter().map(|happening| (*token, happening)));
        }
        self.behind.store(more, Ordering::Relaxed);
        if more {
            self.signal.raise();
        }
        happenings
    }

    /// Ends a sleep, also one that has not begun.
    pub fn wake(&self) {
        self.signal.wake();
    }
}
