//! When a thread that hands over one message after the other should let another thread run.
//!
//! Where only one thread runs at a time, whoever has reports to tell waits for the one that hands messages
//! over, and that one may go on for long: what it piles up meanwhile is out of the caches when it is told at
//! last, and costs far more then. A wish that gets lost costs time, nothing else, so no lock is held from
//! asking to being granted. Threads: any.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Instant;

use crate::locks::Mutex;
use crate::process;

/// How many messages a thread may hand over before one that waits has its turn.
pub const MESSAGES_A_TURN: usize = 1_024;

/// The wish for a turn, and what was done about it.
pub struct Turns {
    /// The process whose thread waits, as a child does not inherit the thread; 0 if none does.
    wanted: AtomicU32,
    /// Messages handed over since the last turn while somebody waited.
    messages: AtomicUsize,
    /// Until when no further turn is given.
    rest: Mutex<Option<Instant>>,
}

impl Turns {
    /// Nobody waits.
    pub const fn new() -> Self {
        Self { wanted: AtomicU32::new(0), messages: AtomicUsize::new(0), rest: Mutex::new(None) }
    }

    /// Somebody waits from now on.
    pub fn ask(&self) {
        self.wanted.store(process::epoch(), Ordering::Relaxed);
    }

    /// Nobody waits any more.
    pub fn end(&self) {
        self.wanted.store(0, Ordering::Relaxed);
    }

    /// Whether the caller, which is about to hand over so many messages, should let others run before.
    pub fn is_due(&self, messages: usize, now: impl FnOnce() -> Instant) -> bool {
        let wanted = self.wanted.load(Ordering::Relaxed);
        if wanted == 0 || wanted != process::epoch() {
            return false;
        }
        let messages = self.messages.load(Ordering::Relaxed) + messages;
        let enough = messages >= MESSAGES_A_TURN;
        self.messages.store(if enough { 0 } else { messages }, Ordering::Relaxed);
        enough && self.rest.lock().is_none_or(|rest| now() >= rest)
    }

    /// Others ran meanwhile, maybe not only the one that asked: the caller may run as long undisturbed. So
    /// it keeps its share beside threads that are as busy as itself.
    pub fn gave(&self, from: Instant, to: Instant) {
        *self.rest.lock() = Some(to + to.saturating_duration_since(from));
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const TURN: usize = MESSAGES_A_TURN;

    #[test]
    fn nobody_gives_way_unless_somebody_waits() {
        let (turns, now) = (Turns::new(), Instant::now);
        assert!(!turns.is_due(TURN, now));
        turns.ask();
        assert!(turns.is_due(TURN, now));
        turns.end();
        assert!(!turns.is_due(TURN, now));
    }

    #[test]
    fn a_turn_comes_after_so_many_messages_however_they_are_handed_over() {
        let (turns, now) = (Turns::new(), Instant::now);
        turns.ask();
        let due: Vec<_> = (1..=2 * TURN).filter(|_| turns.is_due(1, now)).collect();
        assert_eq!(due, [TURN, 2 * TURN]);
        let due: Vec<_> = (1..=6).filter(|_| turns.is_due(TURN / 2, now)).collect();
        assert_eq!(due, [2, 4, 6]);
    }

    #[test]
    fn whoever_gave_way_runs_as_long_as_the_others_did() {
        let turns = Turns::new();
        let start = Instant::now();
        let at = |milliseconds| move || start + Duration::from_millis(milliseconds);
        turns.ask();
        assert!(turns.is_due(TURN, at(0)));
        turns.gave(at(0)(), at(100)());
        assert!(!turns.is_due(TURN, at(100)));
        assert!(!turns.is_due(TURN, at(199)));
        assert!(turns.is_due(TURN, at(200)));
    }
}
