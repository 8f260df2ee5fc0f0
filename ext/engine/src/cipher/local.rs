//! State that belongs to the process which made it.
//!
//! A fork copies keys, counters and locks, also those that another thread holds at that moment. So the
//! child makes its own state at the first use and leaves the inherited one alone, after wiping what it can
//! reach without waiting.

use std::sync::atomic::{AtomicPtr, Ordering};

use crate::process;

/// What a child does with state that it inherited.
pub(super) trait Inherited {
    /// Wipes secrets without waiting for any lock.
    fn wipe(&self);
}

struct Made<T> {
    value: T,
    epoch: u32,
}

type Make<T> = Box<dyn Fn() -> T + Send + Sync>;

/// A value a process, made anew in a forked child.
pub(super) struct Local<T: Inherited> {
    made: AtomicPtr<Made<T>>,
    make: Make<T>,
}

impl<T: Inherited> Local<T> {
    pub(super) fn new(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let make: Make<T> = Box::new(make);
        let made = Made { value: make(), epoch: process::epoch() };
        Self { made: AtomicPtr::new(Box::into_raw(Box::new(made))), make }
    }

    /// The value of this process.
    pub(super) fn get(&self) -> &T {
        let known = self.made.load(Ordering::Acquire);
        // SAFETY: never null; freed only by `drop`, which has the only reference.
        let made = unsafe { &*known };
        if made.epoch == process::epoch() {
            return &made.value;
        }
        self.renew(known)
    }

    #[cold]
    fn renew(&self, known: *mut Made<T>) -> &T {
        let own = Made { value: (self.make)(), epoch: process::epoch() };
        let own = Box::into_raw(Box::new(own));
        match self.made.compare_exchange(known, own, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                // SAFETY: the inherited value stays allocated for ever: its locks may be taken.
                unsafe { (*known).value.wipe() };
                // SAFETY: just published.
                unsafe { &(*own).value }
            }
            Err(other) => {
                // SAFETY: `own` was never published; `other` was, by a thread of this process.
                unsafe {
                    drop(Box::from_raw(own));
                    &(*other).value
                }
            }
        }
    }
}

impl<T: Inherited> Drop for Local<T> {
    fn drop(&mut self) {
        let made = *self.made.get_mut();
        // SAFETY: exclusive access; a value of the parent is wiped and left alone, see above.
        unsafe {
            if (*made).epoch == process::epoch() {
                drop(Box::from_raw(made));
            } else {
                (*made).value.wipe();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;
    use std::sync::Arc;

    struct Numbered(u32, Arc<AtomicU32>);

    impl Inherited for Numbered {
        fn wipe(&self) {
            self.1.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_child_makes_its_own_once_and_wipes_the_inherited_one() {
        let (made, wiped) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let (counter, wipes) = (Arc::clone(&made), Arc::clone(&wiped));
        let local = Local::new(move || Numbered(counter.fetch_add(1, Ordering::Relaxed), Arc::clone(&wipes)));
        assert_eq!((local.get().0, local.get().0), (0, 0));
        // SAFETY: the child compares numbers and leaves without running handlers.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let fine = local.get().0 == 1 && local.get().0 == 1 && wiped.load(Ordering::Relaxed) == 1;
            // SAFETY: ends the child at once.
            unsafe { libc::_exit(i32::from(!fine)) };
        }
        let mut status = -1;
        // SAFETY: waits for the child that was just forked.
        unsafe { libc::waitpid(child, &mut status, 0) };
        assert_eq!(status, 0);
        assert_eq!((local.get().0, made.load(Ordering::Relaxed)), (0, 1));
    }
}
