//! How long a failing partition rests.

use std::time::Duration;

/// The pause settings of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// `pause.timeout`.
    pub timeout: Duration,
    /// `pause.max_timeout`.
    pub max_timeout: Duration,
    /// `pause.with_exponential_backoff`.
    pub exponential: bool,
}

impl Backoff {
    /// `min(timeout × 2^attempt, max_timeout)`, saturating; without exponential growth
    /// `min(timeout, max_timeout)`. `attempt` is the number of runs made, 0 after a success.
    pub fn after(&self, attempt: u32) -> Duration {
        let timeout = if self.exponential {
            2u32.checked_pow(attempt).and_then(|factor| self.timeout.checked_mul(factor))
        } else {
            Some(self.timeout)
        };
        timeout.map_or(self.max_timeout, |timeout| timeout.min(self.max_timeout))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff(exponential: bool) -> Backoff {
        Backoff { timeout: Duration::from_secs(1), max_timeout: Duration::from_secs(30), exponential }
    }

    #[test]
    fn the_defaults_wait_2_4_8_16_30_30_seconds() {
        let seconds: Vec<u64> = (1..=6).map(|attempt| backoff(true).after(attempt).as_secs()).collect();
        assert_eq!(seconds, [2, 4, 8, 16, 30, 30]);
        assert_eq!(backoff(true).after(0).as_secs(), 1);
    }

    #[test]
    fn without_growth_every_attempt_waits_the_same() {
        assert_eq!(backoff(false).after(1), backoff(false).after(9));
    }

    #[test]
    fn ten_thousand_attempts_saturate() {
        assert_eq!(backoff(true).after(10_000), Duration::from_secs(30));
    }
}
