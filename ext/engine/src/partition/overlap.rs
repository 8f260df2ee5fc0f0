//! Which jobs of one partition may be at work beside each other.

/// What a job calls of its consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// `consume`.
    Consume,
    /// Nothing: the batch was left empty.
    Idle,
    /// `eofed`.
    Eofed,
    /// `tick`.
    Tick,
    /// `revoked`.
    Revoked,
    /// `shutdown`.
    Shutdown,
}

/// Whether a job may begin while one of an earlier round is at work. Jobs of one round, one a lane, always
/// work beside each other.
///
/// This is about topics whose jobs let polling go on. Of others nothing overlaps, as the listener waits for
/// what it has scheduled. Runs keep each other away by the hold, shutdown comes when nothing else is left;
/// ticks are asked for here.
pub fn may_overlap(begins: Job, at_work: Job) -> bool {
    match (begins, at_work) {
        // Whoever works on is to learn of the loss, so it waits for nothing.
        (Job::Revoked, Job::Revoked | Job::Shutdown) => false,
        (Job::Revoked, _) => true,
        // Data waits for no housekeeping.
        (Job::Consume | Job::Idle | Job::Eofed, Job::Eofed | Job::Tick) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Job::{Consume, Eofed, Idle, Revoked, Shutdown, Tick};
    use super::*;

    const ALL: [Job; 6] = [Consume, Idle, Eofed, Tick, Revoked, Shutdown];

    #[test]
    fn the_whole_table() {
        let allowed = [
            (Consume, vec![Eofed, Tick]),
            (Idle, vec![Eofed, Tick]),
            (Eofed, vec![Eofed, Tick]),
            (Tick, vec![]),
            (Revoked, vec![Consume, Idle, Eofed, Tick]),
            (Shutdown, vec![]),
        ];
        for (begins, beside) in allowed {
            let found: Vec<_> = ALL.into_iter().filter(|at_work| may_overlap(begins, *at_work)).collect();
            assert_eq!(found, beside, "{begins:?}");
        }
    }
}
