//! The threads on which batches are worked off in parallel: partitioned, decrypted, parsed.
//!
//! One rayon pool a process, of as many threads as the process may use cores (`RAYON_NUM_THREADS`
//! overrides), made at the first use. A forked child makes its own: the parent's threads do not exist
//! there, so its pool is left alone, never dropped. No lock: a child that inherited one taken would wait
//! for ever. The threads see no signal (those are Ruby's) and never call Ruby.

use std::sync::atomic::{AtomicPtr, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::process;

struct Made {
    pool: Option<ThreadPool>,
    /// Of the process that made it.
    epoch: u32,
}

static MADE: AtomicPtr<Made> = AtomicPtr::new(std::ptr::null_mut());

/// The pool of this process; `None` where the system gives no threads, so the caller works alone.
pub fn shared() -> Option<&'static ThreadPool> {
    let epoch = process::epoch();
    let known = MADE.load(Ordering::Acquire);
    // SAFETY: what was published is leaked and never changed.
    match unsafe { known.as_ref() } {
        Some(made) if made.epoch == epoch => made.pool.as_ref(),
        _ => make(known, epoch).pool.as_ref(),
    }
}

/// How many threads work at once; 1 where there is no gain in handing work over.
pub fn threads() -> usize {
    shared().map_or(1, ThreadPool::current_num_threads)
}

#[cold]
fn make(known: *mut Made, epoch: u32) -> &'static Made {
    let pool = process::without_signals(|| {
        ThreadPoolBuilder::new()
            .thread_name(|index| format!("karafka-pool-{index}"))
            // Without it a panic in a task that nobody waits for ends the process.
            .panic_handler(|_| ())
            .build()
    });
    let made = Box::into_raw(Box::new(Made { pool: pool.ok(), epoch }));
    match MADE.compare_exchange(known, made, Ordering::AcqRel, Ordering::Acquire) {
        // SAFETY: just made, and leaked from here on.
        Ok(_) => unsafe { &*made },
        Err(other) => {
            // SAFETY: `made` was never published; `other` was, by a thread of this process, as the
            // epoch moves only in a child that has one thread.
            unsafe {
                drop(Box::from_raw(made));
                &*other
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn works_on_all_threads_that_there_are() {
        let pool = shared().expect("threads");
        let done = AtomicUsize::new(0);
        pool.scope(|scope| {
            for _ in 0..100 {
                scope.spawn(|_| {
                    done.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        assert_eq!(done.load(Ordering::Relaxed), 100);
        assert_eq!(threads(), pool.current_num_threads());
    }

    #[test]
    fn is_the_same_for_racing_threads() {
        let found: Vec<usize> = std::thread::scope(|scope| {
            let racing: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| shared().map_or(0, |pool| std::ptr::from_ref(pool) as usize)))
                .collect();
            racing.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert!(found[0] != 0 && found.iter().all(|one| *one == found[0]));
    }

    #[test]
    fn is_made_anew_in_a_forked_child() {
        shared().expect("threads");
        // SAFETY: the child only computes on its own pool and leaves without running handlers.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let sum: u32 = shared().map_or(0, |pool| pool.install(|| 41 + 1));
            // SAFETY: ends the child at once.
            unsafe { libc::_exit(i32::from(sum != 42)) };
        }
        let mut status = -1;
        // SAFETY: waits for the child that was just forked.
        unsafe { libc::waitpid(child, &mut status, 0) };
        assert_eq!(status, 0);
    }
}
