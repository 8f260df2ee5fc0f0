//! The rest of a partition: from a pause until the listener resumes it.

use std::time::{Duration, Instant};

/// A standing pause. Time comes in as a value; the clock is monotonic, so steps of the wall clock
/// neither end nor stretch it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    until: Instant,
}

impl Pause {
    /// A pause of `timeout` from `now`; one too long for the clock lasts a century.
    pub fn new(now: Instant, timeout: Duration) -> Self {
        const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3_600);
        Self { until: now + timeout.min(CENTURY) }
    }

    /// When it may be lifted.
    pub fn end(&self) -> Instant {
        self.until
    }

    /// Whether it may be lifted.
    pub fn is_over(&self, now: Instant) -> bool {
        now >= self.until
    }

    /// Ends the timer; the listener lifts the pause before its next poll.
    pub fn expire(&mut self, now: Instant) {
        self.until = self.until.min(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_over_after_its_time_and_not_before() {
        let now = Instant::now();
        let pause = Pause::new(now, Duration::from_millis(10));
        assert!(!pause.is_over(now + Duration::from_millis(9)));
        assert!(pause.is_over(now + Duration::from_millis(10)));
        assert!(Pause::new(now, Duration::ZERO).is_over(now));
    }

    #[test]
    fn an_expired_pause_is_over_at_once_and_an_endless_one_does_not_overflow() {
        let now = Instant::now();
        let mut pause = Pause::new(now, Duration::MAX);
        assert!(!pause.is_over(now));
        pause.expire(now);
        assert!(pause.is_over(now));
    }
}
