//! How many partitions topics have: one cache for the process.
//!
//! A count may only grow while its entry lives; a smaller one is taken once it expired (a topic that
//! was made anew). Unknown topics are kept too, as -1, so that a missing topic is not asked for with
//! every message.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::locks::Mutex;

/// How long a count is believed.
const LIFETIME: Duration = Duration::from_secs(30);
/// Beyond this many entries the expired ones are dropped.
const SWEEP_ABOVE: usize = 10_000;

/// Counts by cluster and topic. Threads: any; the lock is held for a look-up only.
#[derive(Default)]
pub struct PartitionCounts(Mutex<HashMap<(u64, Box<str>), Entry>>);

#[derive(Clone, Copy)]
struct Entry {
    count: i32,
    taken: Instant,
}

impl PartitionCounts {
    /// The cache of this process.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<PartitionCounts> = OnceLock::new();
        SHARED.get_or_init(Self::default)
    }

    /// The count of a topic, if one is believed at `now`; -1 for a topic known to be missing.
    pub fn get(&self, cluster: u64, topic: &str, now: Instant) -> Option<i32> {
        let counts = self.0.lock();
        let entry = counts.get(&(cluster, Box::from(topic)))?;
        (now.duration_since(entry.taken) < LIFETIME).then_some(entry.count)
    }

    /// Learns a count; returns the one that is believed from now on.
    pub fn put(&self, cluster: u64, topic: &str, count: i32, now: Instant) -> i32 {
        let mut counts = self.0.lock();
        if counts.len() > SWEEP_ABOVE {
            counts.retain(|_, entry| now.duration_since(entry.taken) < LIFETIME);
        }
        let entry = counts.entry((cluster, Box::from(topic))).or_insert(Entry { count, taken: now });
        let expired = now.duration_since(entry.taken) >= LIFETIME;
        if expired || count >= entry.count {
            *entry = Entry { count, taken: now };
        }
        entry.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_forgotten_after_its_lifetime() {
        let (counts, start) = (PartitionCounts::default(), Instant::now());
        counts.put(1, "orders", 4, start);
        assert_eq!(counts.get(1, "orders", start + Duration::from_secs(29)), Some(4));
        assert_eq!(counts.get(1, "orders", start + LIFETIME), None);
        assert_eq!(counts.get(2, "orders", start), None, "another cluster");
    }

    #[test]
    fn a_lower_count_waits_for_the_end_of_the_lifetime() {
        let (counts, start) = (PartitionCounts::default(), Instant::now());
        counts.put(1, "orders", 4, start);
        assert_eq!(counts.put(1, "orders", 2, start), 4);
        assert_eq!(counts.put(1, "orders", 6, start), 6);
        assert_eq!(counts.put(1, "orders", 2, start + LIFETIME), 2);
    }

    #[test]
    fn a_missing_topic_is_kept_and_replaced_once_it_exists() {
        let (counts, start) = (PartitionCounts::default(), Instant::now());
        counts.put(1, "new", -1, start);
        assert_eq!(counts.get(1, "new", start), Some(-1));
        assert_eq!(counts.put(1, "new", 1, start), 1);
    }
}
