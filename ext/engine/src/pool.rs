//! The threads on which batches are worked off in parallel: partitioned, decrypted, parsed.
//!
//! One rayon pool a process, of as many threads as the process may use cores (`RAYON_NUM_THREADS`
//! overrides), made at the first use. A forked child makes its own: the parent's threads do not exist
//! there. The threads see no signal (those are Ruby's) and never call Ruby.

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::process::{self, Own};

static POOL: Own<Option<ThreadPool>> = Own::new();

/// The pool of this process; `None` where the system gives no threads, so the caller works alone.
pub fn shared() -> Option<&'static ThreadPool> {
    POOL.get(|| process::without_signals(build)).as_ref()
}

/// How many threads work at once; 1 where there is no gain in handing work over.
pub fn threads() -> usize {
    shared().map_or(1, ThreadPool::current_num_threads)
}

fn build() -> Option<ThreadPool> {
    ThreadPoolBuilder::new()
        .thread_name(|index| format!("karafka-pool-{index}"))
        // Without it a panic in a task that nobody waits for ends the process.
        .panic_handler(|_| ())
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

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
