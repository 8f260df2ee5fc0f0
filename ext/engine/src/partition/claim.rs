//! Who may work on a partition in this process, over all of its connections.
//!
//! A partition may come back, or move to another connection, while a job of the former assignment still runs.
//! Each assignment has a claim: one that came later supersedes the older ones, whose marks are refused from
//! then on, and waits until the job that one of them has at work is over. One registry a process holds them by
//! cluster, group, topic and partition; what nobody claims or works on any more is not kept.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use crate::locks::Mutex;
use crate::process::{self, Own};

static LAST_TERM: AtomicU64 = AtomicU64::new(0);
static REGISTRY: Own<Mutex<HashMap<Place, Weak<Entry>>>> = Own::new();

/// Orders the assignments of a process: what the group handed out later has a greater one. The default is
/// older than all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Term(u64);

/// What is claimed. Clusters may well have groups and topics of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The cluster's id.
    pub cluster: Arc<str>,
    /// The group's id.
    pub group: Arc<str>,
    /// The topic's name.
    pub topic: Arc<str>,
    /// The partition.
    pub partition: i32,
}

/// The claim of one assignment.
#[derive(Clone)]
pub struct Claim {
    entry: Arc<Entry>,
    term: Term,
}

struct Entry {
    place: Place,
    /// The process that the entry belongs to.
    epoch: u32,
    /// The greatest [`Term`] that claimed.
    newest: AtomicU64,
    work: Mutex<Work>,
}

/// Jobs at work, of one term at a time.
#[derive(Default)]
struct Work {
    term: Term,
    jobs: usize,
}

impl Term {
    /// Greater than all before.
    pub fn next() -> Self {
        Self(LAST_TERM.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

impl Claim {
    /// Claims a place; older claims are superseded at once.
    pub fn stake(place: Place, term: Term) -> Self {
        let mut registry = REGISTRY.get(Mutex::default).lock();
        let known = registry.get(&place).and_then(Weak::upgrade);
        let entry = known.unwrap_or_else(|| {
            let made = Arc::new(Entry {
                place: place.clone(),
                epoch: process::epoch(),
                newest: AtomicU64::default(),
                work: Mutex::default(),
            });
            registry.insert(place, Arc::downgrade(&made));
            made
        });
        entry.newest.fetch_max(term.0, Ordering::AcqRel);
        Self { entry, term }
    }

    /// Whether a later assignment has claimed the place.
    pub fn is_superseded(&self) -> bool {
        self.entry.newest.load(Ordering::Acquire) > self.term.0
    }

    /// Whether a job of another assignment is at work.
    pub fn must_wait(&self) -> bool {
        self.entry.work.lock().is_anothers(self.term)
    }

    /// A job of a lane begins. False where it must not: superseded, or with another assignment at work.
    pub fn begin(&self) -> bool {
        let mut work = self.entry.work.lock();
        // Under the lock: who claims afterwards finds this job at work.
        if self.is_superseded() || work.is_anothers(self.term) {
            return false;
        }
        *work = Work { term: self.term, jobs: work.jobs + 1 };
        true
    }

    /// A job that began has ended.
    pub fn end(&self) {
        let mut work = self.entry.work.lock();
        if work.term == self.term {
            work.jobs = work.jobs.saturating_sub(1);
        }
    }

    /// Whether the registry knows the place.
    #[cfg(test)]
    pub(super) fn is_known(place: &Place) -> bool {
        REGISTRY.get(Mutex::default).lock().contains_key(place)
    }
}

impl Work {
    fn is_anothers(&self, term: Term) -> bool {
        self.jobs > 0 && self.term != term
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // A child that drops what it inherited has a registry of its own, which knows nothing of it.
        if self.epoch != process::epoch() {
            return;
        }
        let mut registry = REGISTRY.get(Mutex::default).lock();
        // Somebody may have claimed the place anew meanwhile.
        if registry.get(&self.place).is_some_and(|entry| entry.strong_count() == 0) {
            registry.remove(&self.place);
        }
    }
}
