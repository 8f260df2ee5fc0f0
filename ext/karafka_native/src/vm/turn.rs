//! Giving way: the VM takes its lock from a busy thread after 100 ms only.

use std::time::Instant;

use karafka_engine::producer::Turns;
use magnus::rb_sys::protect;
use magnus::Error;

/// One for the process, as the lock is.
pub static TURNS: Turns = Turns::new();

/// Lets a thread that waits for its turn run, if it is due, before so many messages are handed over.
///
/// # Errors
/// The exception of an interrupt; nothing has been handed over then.
pub fn give(messages: usize) -> Result<(), Error> {
    if !TURNS.is_due(messages, Instant::now) {
        return Ok(());
    }
    let from = Instant::now();
    let given = protect(|| {
        // SAFETY: under `protect`, as whatever interrupts the thread is raised in here.
        unsafe { rb_sys::rb_thread_schedule() };
        rb_sys::Qnil.into()
    });
    TURNS.gave(from, Instant::now());
    given.map(|_| ())
}
