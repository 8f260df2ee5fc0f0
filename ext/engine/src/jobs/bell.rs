//! What a thread sleeps on until another one calls it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Longest watch instead of a sleep. To fall asleep and be woken on another processor costs both threads
/// together about as much.
const WATCH: Duration = Duration::from_micros(60);

/// A wait that took less, calls included, may have been watched.
const BRIEF: Duration = Duration::from_micros(120);

/// Looks at the bell between two looks at the clock.
const LOOKS: usize = 16;

/// On a single processor nobody would ring while its owner watches.
static SEVERAL_PROCESSORS: LazyLock<bool> =
    LazyLock::new(|| thread::available_parallelism().is_ok_and(|processors| processors.get() > 1));

/// Belongs to one sleep of the thread that made it. Rung before the sleep, it ends that at once.
pub(super) struct Bell {
    owner: Thread,
    rung: AtomicBool,
}

impl Bell {
    /// Of the calling thread.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { owner: thread::current(), rung: AtomicBool::new(false) })
    }

    /// Calls the owner. Best without a lock that the owner takes next.
    pub(super) fn ring(&self) {
        self.rung.store(true, Ordering::Release);
        self.owner.unpark();
    }

    /// The owner's: sleeps until it is called, `within` at most. `watching` it looks out for the call for a
    /// while before it sleeps. True when the wait was brief: the next one is worth a watch.
    pub(super) fn hear(&self, within: Duration, watching: bool) -> bool {
        let started = Instant::now();
        if watching && *SEVERAL_PROCESSORS {
            self.watch(started);
        }
        while !self.was_rung() {
            let left = within.saturating_sub(started.elapsed());
            if left.is_zero() {
                break;
            }
            // May end for no reason.
            thread::park_timeout(left);
        }
        started.elapsed() < BRIEF
    }

    fn watch(&self, started: Instant) {
        while started.elapsed() < WATCH {
            for _ in 0..LOOKS {
                if self.rung.load(Ordering::Acquire) {
                    return;
                }
                std::hint::spin_loop();
            }
        }
    }

    fn was_rung(&self) -> bool {
        self.rung.swap(false, Ordering::AcqRel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn one_that_was_rung_before_is_heard_at_once_and_once() {
        for watching in [false, true] {
            let bell = Bell::new();
            bell.ring();
            bell.hear(LONG, watching);
            assert!(!bell.was_rung());
        }
    }

    #[test]
    fn a_call_ends_a_sleep_and_a_watch() {
        for watching in [false, true] {
            let bell = Bell::new();
            let caller = thread::spawn({
                let bell = Arc::clone(&bell);
                move || bell.ring()
            });
            bell.hear(LONG, watching);
            caller.join().unwrap();
        }
    }

    #[test]
    fn a_call_that_was_for_another_sleep_of_the_thread_ends_none() {
        let (bell, other) = (Bell::new(), Bell::new());
        other.ring();
        let start = Instant::now();
        assert!(!bell.hear(Duration::from_millis(20), true), "it was not brief");
        assert!(start.elapsed() >= Duration::from_millis(20));
        assert!(other.was_rung());
    }
}
