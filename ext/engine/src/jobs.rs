//! Jobs on their way to the workers, by number: Ruby holds the objects.
//!
//! Threads: listeners push and wait for their group, workers take and complete. Both sleep here without
//! Ruby's lock. A hand-over wakes a sleeper only once its waker is about to sleep itself
//! ([`Jobs::defer`]): a thread that wakes earlier finds Ruby's lock taken and sleeps again at once,
//! which doubles the switches of every batch. For the same reason workers are woken one after the other,
//! each by the one before it that has got Ruby's lock, and who has it already takes the next job without
//! a sleep: lanes that compute are worked off by one thread, lanes that wait by as many as there are. Called is
//! who went to sleep last: what it works with is still in the processor's caches. Sleepers are parked threads,
//! which are called once the lock was given back: one that is called earlier mostly gets the processor of its
//! caller at once, finds the lock taken and sleeps again.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::locks::Mutex;

mod blocking;
mod direct;

use blocking::Blocking;
pub use direct::Direct;

/// What a worker got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The job of this number.
    Job(u64),
    /// Nothing more: the worker is to end.
    Enough,
    /// Nothing yet: see [`Jobs::sleep`].
    Nothing,
}

/// What a listener's wait ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// No blocking job is left, or the queue is closed.
    Free,
    /// Time is up, or the wait was interrupted; ask again.
    Busy,
}

/// Numbers that monitoring shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobCounts {
    /// At work.
    pub busy: usize,
    /// Waiting for a worker.
    pub enqueued: usize,
    /// Withheld by a scheduler.
    pub waiting: usize,
}

#[derive(Default)]
struct State {
    ready: VecDeque<u64>,
    /// Open jobs: their group, and whether they keep it from polling.
    open: HashMap<u64, (String, bool)>,
    /// Batches of those that Ruby does not know yet.
    direct: HashMap<u64, Direct>,
    /// How many there were.
    directs: u64,
    /// Blocking ones among them.
    blocking: Blocking,
    /// Jobs that a scheduler withholds, queued meanwhile or not: as `open`.
    locked: HashMap<u64, (String, bool)>,
    /// Blocking ones among them.
    withheld: Blocking,
    busy: usize,
    /// Workers that sleep; the last one to go to sleep is the last.
    idle: Vec<Thread>,
    /// Listeners that sleep, and the group of each.
    waiting: Vec<(String, Thread)>,
    /// One of them was called and has not answered.
    called: bool,
    /// Workers that woke up and have not asked for a job: they wait for Ruby's lock.
    coming: usize,
    /// Idle workers that are to end.
    surplus: usize,
    closed: bool,
    /// What is pushed calls nobody until the listener sleeps.
    deferring: bool,
    /// A group was freed by a worker that does not sleep yet.
    freed: bool,
}

/// The queue that all subscription groups share.
#[derive(Default)]
pub struct Jobs {
    state: Mutex<State>,
}

/// Who is to be called once the lock was given back.
#[must_use]
struct Calls(Vec<Thread>);

impl Calls {
    fn make(self) {
        self.0.iter().for_each(Thread::unpark);
    }
}

impl Jobs {
    /// An empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// The caller pushes now and sleeps in [`Jobs::wait`] right after: its wakes may wait until then.
    pub fn defer(&self) {
        self.state.lock().deferring = true;
    }

    /// Adds a job; false when it is there already. A closed queue takes nothing.
    pub fn push(&self, group: &str, job: u64, blocking: bool) -> bool {
        let mut state = self.state.lock();
        if state.closed {
            return true;
        }
        if state.open.contains_key(&job) {
            return false;
        }
        state.add(group, job, blocking);
        let calls = state.calls_for_ready();
        drop(state);
        calls.make();
        true
    }

    /// The next job, for a worker that can begin at once. `woken`: it comes from [`Jobs::sleep`].
    pub fn take(&self, woken: bool) -> Taken {
        let mut state = self.state.lock();
        state.coming -= usize::from(woken);
        let taken = state.next();
        if taken != Taken::Nothing {
            let calls = state.calls();
            drop(state);
            calls.make();
        }
        taken
    }

    /// Sleeps until there may be something to take; the caller then asks for it without fail. False once
    /// `interrupted` is true and somebody [`Jobs::wake`]s.
    pub fn sleep(&self, interrupted: &AtomicBool) -> bool {
        let own = thread::current();
        let mut state = self.state.lock();
        loop {
            let calls = state.calls();
            if state.has_next() {
                state.coming += 1;
                drop(state);
                calls.make();
                return true;
            }
            if interrupted.load(Ordering::Acquire) {
                drop(state);
                calls.make();
                return false;
            }
            state.idle.push(own.clone());
            drop(state);
            calls.make();
            // A call that came meanwhile ends it at once; one without a reason does no harm.
            thread::park();
            state = self.state.lock();
            state.idle.retain(|other| other.id() != own.id());
            state.called = false;
        }
    }

    /// A job left its worker. Once its group is free, the listener is woken when this worker takes another
    /// job, sleeps or ends.
    pub fn complete(&self, job: u64) {
        let mut state = self.state.lock();
        state.busy = state.busy.saturating_sub(1);
        let freed = state.close_job(job);
        state.freed |= freed;
    }

    /// Withholds a job: its group is busy with it until [`Jobs::unlock`], whether or not it is pushed, and
    /// ends, before. False when it is withheld already.
    pub fn lock(&self, group: &str, job: u64, blocking: bool) -> bool {
        let mut state = self.state.lock();
        if state.locked.contains_key(&job) {
            return false;
        }
        state.locked.insert(job, (group.to_owned(), blocking));
        if blocking {
            state.withheld.add(group);
        }
        true
    }

    /// Lets go of a job that was withheld; false when it was not, or no more.
    pub fn unlock(&self, job: u64) -> bool {
        let mut state = self.state.lock();
        let known = state.unlock(job);
        let calls = state.calls_for_listeners();
        drop(state);
        calls.make();
        known
    }

    /// Waits up to `timeout` until no blocking job of the group is left, neither queued nor withheld.
    pub fn wait(&self, group: &str, timeout: Duration, interrupted: &AtomicBool) -> Waited {
        let busy = |state: &State| state.blocking.any(group) || state.withheld.any(group);
        self.wait_while(group, timeout, interrupted, busy)
    }

    /// As [`Jobs::wait`], for who is about to clear the group: what is withheld would never come.
    pub fn drain(&self, group: &str, timeout: Duration, interrupted: &AtomicBool) -> Waited {
        self.wait_while(group, timeout, interrupted, |state| state.blocking.any(group))
    }

    fn wait_while(
        &self,
        group: &str,
        timeout: Duration,
        interrupted: &AtomicBool,
        busy: impl Fn(&State) -> bool,
    ) -> Waited {
        let own = thread::current();
        let deadline = Instant::now() + timeout;
        let mut state = self.state.lock();
        state.deferring = false;
        loop {
            let calls = state.calls();
            let left = deadline.saturating_duration_since(Instant::now());
            let free = state.closed || !busy(&state);
            if free || interrupted.load(Ordering::Acquire) || left.is_zero() {
                drop(state);
                calls.make();
                return if free { Waited::Free } else { Waited::Busy };
            }
            state.waiting.push((group.to_owned(), own.clone()));
            drop(state);
            calls.make();
            thread::park_timeout(left);
            state = self.state.lock();
            state.waiting.retain(|(_, other)| other.id() != own.id());
        }
    }

    /// Asks one idle worker to end.
    pub fn release_worker(&self) {
        let mut state = self.state.lock();
        state.surplus += 1;
        let calls = Calls(state.idle.clone());
        drop(state);
        calls.make();
    }

    /// Forgets a group's jobs, withheld ones too; those at work end by themselves.
    pub fn clear(&self, group: &str) {
        let mut state = self.state.lock();
        for job in of_group(&state.open, group) {
            state.close_job(job);
            state.ready.retain(|ready| *ready != job);
        }
        for job in of_group(&state.locked, group) {
            state.unlock(job);
        }
        let calls = state.calls_for_listeners();
        drop(state);
        calls.make();
    }

    /// Whether nothing of the group is withheld, queued or at work.
    pub fn is_empty(&self, group: &str) -> bool {
        let state = self.state.lock();
        !state.open.values().chain(state.locked.values()).any(|(of, _)| of == group)
    }

    /// No job is taken any more; workers end once the queue is empty, listeners wait no longer.
    pub fn close(&self) {
        self.state.lock().closed = true;
        self.wake();
    }

    /// Makes every sleeper look again.
    pub fn wake(&self) {
        // Whoever is between looking and sleeping is among the sleepers, and does not sleep once called.
        let state = self.state.lock();
        let mut calls = state.calls_for_listeners();
        calls.0.extend(state.idle.iter().cloned());
        drop(state);
        calls.make();
    }

    /// Numbers for monitoring.
    pub fn counts(&self) -> JobCounts {
        let state = self.state.lock();
        JobCounts { busy: state.busy, enqueued: state.ready.len(), waiting: state.locked.len() }
    }
}

impl State {
    fn add(&mut self, group: &str, job: u64, blocking: bool) {
        self.open.insert(job, (group.to_owned(), blocking));
        if blocking {
            self.blocking.add(group);
        }
        self.ready.push_back(job);
    }

    /// A worker for what is ready, and the listeners of groups that are free now.
    fn calls(&mut self) -> Calls {
        let mut calls = self.call_worker();
        if std::mem::take(&mut self.freed) {
            let free = self.waiting.iter().filter(|(group, _)| !self.blocking.any(group));
            calls.0.extend(free.map(|(_, listener)| listener.clone()));
        }
        calls
    }

    /// What is pushed calls a worker, unless its listener is about to sleep.
    fn calls_for_ready(&mut self) -> Calls {
        if self.deferring {
            return Calls(Vec::new());
        }
        self.call_worker()
    }

    fn calls_for_listeners(&self) -> Calls {
        Calls(self.waiting.iter().map(|(_, listener)| listener.clone()).collect())
    }

    /// One at a time: who came calls the next.
    fn call_worker(&mut self) -> Calls {
        if self.ready.is_empty() || self.called || self.coming > 0 {
            return Calls(Vec::new());
        }
        let worker = self.idle.last().cloned();
        self.called = worker.is_some();
        Calls(worker.into_iter().collect())
    }

    fn has_next(&self) -> bool {
        !self.ready.is_empty() || self.closed || self.surplus > 0
    }

    fn next(&mut self) -> Taken {
        if let Some(job) = self.ready.pop_front() {
            self.busy += 1;
            return Taken::Job(job);
        }
        if self.closed {
            return Taken::Enough;
        }
        if self.surplus > 0 {
            self.surplus -= 1;
            return Taken::Enough;
        }
        Taken::Nothing
    }

    /// Whether that freed its group.
    fn close_job(&mut self, job: u64) -> bool {
        self.direct.remove(&job);
        match self.open.remove(&job) {
            Some((group, true)) => self.blocking.remove(&group),
            _ => false,
        }
    }

    fn unlock(&mut self, job: u64) -> bool {
        let Some((group, blocking)) = self.locked.remove(&job) else { return false };
        if blocking {
            self.withheld.remove(&group);
        }
        true
    }
}

fn of_group(jobs: &HashMap<u64, (String, bool)>, group: &str) -> Vec<u64> {
    jobs.iter().filter(|(_, (of, _))| of == group).map(|(job, _)| *job).collect()
}

#[cfg(test)]
mod tests;
