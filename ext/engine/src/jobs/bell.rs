//! What a thread sleeps on until another one calls it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Longest watch instead of a sleep. To fall asleep and be woken on another processor costs both threads
/// together about as much.
const WATCH: Duration = Duration::from_micros(40);

/// Most sleeps in a row before the next watch.
const SLEEPS: u32 = 63;

/// Looks at the bell between two looks at the clock.
const LOOKS: usize = 16;

/// Longest watch here: on a single processor nobody would ring meanwhile, so it is one look.
static LONGEST: LazyLock<Duration> = LazyLock::new(|| {
    let several = thread::available_parallelism().is_ok_and(|processors| processors.get() > 1);
    if several {
        WATCH
    } else {
        Duration::ZERO
    }
});

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

    /// The owner's: sleeps until it is called, `within` at most.
    pub(super) fn sleep(&self, within: Duration) {
        let started = Instant::now();
        while !self.was_rung() {
            let left = within.saturating_sub(started.elapsed());
            if left.is_zero() {
                break;
            }
            // May end for no reason.
            thread::park_timeout(left);
        }
    }

    /// The owner's: looks out for the call for a while, without a sleep. Whether it came; it is still to be
    /// heard by [`Bell::sleep`].
    pub(super) fn watch(&self) -> bool {
        let started = Instant::now();
        loop {
            for _ in 0..LOOKS {
                if self.rung.load(Ordering::Acquire) {
                    return true;
                }
                std::hint::spin_loop();
            }
            if started.elapsed() >= *LONGEST {
                return false;
            }
        }
    }

    fn was_rung(&self) -> bool {
        self.rung.swap(false, Ordering::AcqRel)
    }
}

/// When a watch is worth its time: after each one in vain come twice as many sleeps before the next.
#[derive(Default)]
pub(super) struct Patience {
    /// Left before the next watch.
    sleeps: u32,
    /// After the last watch.
    step: u32,
}

impl Patience {
    /// Whether to watch before the sleep that comes now.
    pub(super) fn watches(&mut self) -> bool {
        let due = self.sleeps == 0;
        self.sleeps = self.sleeps.saturating_sub(1);
        due
    }

    /// How a watch ended.
    pub(super) fn learn(&mut self, called: bool) {
        self.step = if called { 0 } else { (2 * self.step + 1).min(SLEEPS) };
        self.sleeps = self.step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn one_that_was_rung_before_is_heard_at_once_and_once() {
        let bell = Bell::new();
        bell.ring();
        assert!(bell.watch());
        bell.sleep(LONG);
        assert!(!bell.watch());
        assert!(!bell.was_rung());
    }

    #[test]
    fn a_call_ends_a_sleep() {
        let bell = Bell::new();
        let caller = thread::spawn({
            let bell = Arc::clone(&bell);
            move || bell.ring()
        });
        bell.sleep(LONG);
        caller.join().unwrap();
    }

    #[test]
    fn a_call_that_was_for_another_sleep_of_the_thread_ends_none() {
        let (bell, other) = (Bell::new(), Bell::new());
        other.ring();
        let start = Instant::now();
        bell.sleep(Duration::from_millis(20));
        assert!(start.elapsed() >= Duration::from_millis(20));
        assert!(other.was_rung());
    }

    /// Sleeps between two watches.
    fn sleeps(patience: &mut Patience) -> u32 {
        let mut sleeps = 0;
        while !patience.watches() {
            sleeps += 1;
        }
        sleeps
    }

    #[test]
    fn watches_in_vain_grow_rare_until_one_is_not() {
        let mut patience = Patience::default();
        let mut seen = Vec::new();
        for _ in 0..8 {
            seen.push(sleeps(&mut patience));
            patience.learn(false);
        }
        assert_eq!(seen, [0, 1, 3, 7, 15, 31, 63, 63]);
        sleeps(&mut patience);
        patience.learn(true);
        assert_eq!(sleeps(&mut patience), 0);
    }
}
