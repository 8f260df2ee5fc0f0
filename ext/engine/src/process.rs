//! The process epoch: tells a native handle that it now lives in a forked child.
//!
//! `pthread_atfork` moves the epoch in each child; comparing it costs one relaxed load, where
//! `getpid` through Ruby costs more than a mark may. Installed before the first handle exists.

use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::sync::Once;

static EPOCH: AtomicU32 = AtomicU32::new(1);
static INSTALL: Once = Once::new();

extern "C" fn moved() {
    EPOCH.fetch_add(1, Ordering::Relaxed);
}

/// The epoch of this process; handles keep the value they were made under.
pub fn epoch() -> u32 {
    INSTALL.call_once(|| {
        // SAFETY: the child handler only touches an atomic, which is async-signal-safe.
        unsafe { libc::pthread_atfork(None, None, Some(moved)) };
    });
    EPOCH.load(Ordering::Relaxed)
}

/// A value that each process makes at its first use. A forked child makes its own and leaves the parent's
/// alone, never dropped: threads of it do not exist there, locks of it may be taken for ever. No lock of its
/// own, for the same reason.
pub(crate) struct Own<T>(AtomicPtr<Made<T>>);

struct Made<T> {
    value: T,
    /// Of the process that made it.
    epoch: u32,
}

impl<T: Send + Sync + 'static> Own<T> {
    /// Nothing yet.
    pub(crate) const fn new() -> Self {
        Self(AtomicPtr::new(std::ptr::null_mut()))
    }

    /// This process's value. Of threads that race, one makes it; what the others made is dropped.
    pub(crate) fn get(&self, make: impl FnOnce() -> T) -> &'static T {
        let epoch = epoch();
        let known = self.0.load(Ordering::Acquire);
        // SAFETY: what was published is leaked and never changed.
        match unsafe { known.as_ref() } {
            Some(made) if made.epoch == epoch => &made.value,
            _ => self.publish(known, Made { value: make(), epoch }),
        }
    }

    #[cold]
    fn publish(&self, known: *mut Made<T>, made: Made<T>) -> &'static T {
        let made = Box::into_raw(Box::new(made));
        match self.0.compare_exchange(known, made, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: just made, and leaked from here on.
            Ok(_) => unsafe { &(*made).value },
            Err(other) => {
                // SAFETY: `made` was never published; `other` was, by a thread of this process, as the
                // epoch moves only in a child that has one thread.
                unsafe {
                    drop(Box::from_raw(made));
                    &(*other).value
                }
            }
        }
    }
}

/// Runs `work` with every signal blocked for this thread, so that threads begun in it never see one:
/// signals are Ruby's, and a system call that one interrupts ends librdkafka's mock cluster for good.
pub fn without_signals<T>(work: impl FnOnce() -> T) -> T {
    // SAFETY: both sets are plain memory, filled before they are read; the old mask is put back.
    unsafe {
        let (mut all, mut before) = (std::mem::zeroed(), std::mem::zeroed());
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut before);
        let done = work();
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, std::ptr::null_mut());
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_blocked(signal: libc::c_int) -> bool {
        // SAFETY: asks for the mask of this thread, changes nothing.
        unsafe {
            let mut mask = std::mem::zeroed();
            libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), &mut mask);
            libc::sigismember(&mask, signal) == 1
        }
    }

    #[test]
    fn threads_begun_without_signals_never_see_one_and_the_caller_does_again() {
        let thread = without_signals(|| std::thread::spawn(|| is_blocked(libc::SIGTERM)));
        assert!(thread.join().is_ok_and(|blocked| blocked));
        assert!(!is_blocked(libc::SIGTERM));
    }
}
