//! Jobs on their way to the workers, by number: Ruby holds the objects.
//!
//! Threads: listeners push and wait for their group, workers take and complete. Both sleep here without
//! Ruby's lock. A hand-over wakes a sleeper only once its waker is about to sleep itself
//! ([`Jobs::defer`]): a thread that wakes earlier finds Ruby's lock taken and sleeps again at once,
//! which doubles the switches of every batch. For the same reason workers are woken one after the other,
//! each by the one before it that has got Ruby's lock, and who has it already takes the next job without
//! a sleep: lanes that compute are worked off by one thread, lanes that wait by as many as there are. Called is
//! who went to sleep last: what it works with is still in the processor's caches. Calls are made once the
//! queue's own lock is given back, or who was called would wait for that lock on another processor.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use self::bell::{Bell, Patience};
use crate::locks::Mutex;

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
    /// Blocking ones among them.
    blocking: Blocking,
    /// Jobs that a scheduler withholds, queued meanwhile or not: as `open`.
    locked: HashMap<u64, (String, bool)>,
    /// Blocking ones among them.
    withheld: Blocking,
    busy: usize,
    /// Workers that sleep; the last one to go to sleep is the last.
    idle: Vec<Arc<Bell>>,
    /// One of them was called and has not answered.
    called: bool,
    /// Workers that woke up and have not asked for a job: they wait for Ruby's lock.
    coming: usize,
    /// Idle workers that are to end.
    surplus: usize,
    /// Listeners that sleep, and the group that each waits for.
    listeners: Vec<(String, Arc<Bell>)>,
    closed: bool,
    /// What is pushed calls nobody until the listener sleeps.
    deferring: bool,
    /// Groups that were freed by workers that do not sleep yet.
    freed: Vec<String>,
    /// Of the listener of each group.
    patience: HashMap<String, Patience>,
}

/// How many blocking jobs each group has; zero entries are removed.
#[derive(Default)]
struct Blocking(HashMap<String, usize>);

/// The queue that all subscription groups share.
#[derive(Default)]
pub struct Jobs {
    state: Mutex<State>,
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
        state.open.insert(job, (group.to_owned(), blocking));
        if blocking {
            state.blocking.add(group);
        }
        state.ready.push_back(job);
        let worker = if state.deferring { None } else { state.call_worker() };
        drop(state);
        ring(worker);
        true
    }

    /// The next job, for a worker that can begin at once. `woken`: it comes from [`Jobs::sleep`].
    pub fn take(&self, woken: bool) -> Taken {
        let mut state = self.state.lock();
        state.coming -= usize::from(woken);
        let taken = state.next();
        if taken != Taken::Nothing {
            make_calls(state);
        }
        taken
    }

    /// Sleeps until there may be something to take; the caller then asks for it without fail. False once
    /// `interrupted` is true and somebody [`Jobs::wake`]s.
    pub fn sleep(&self, interrupted: &AtomicBool) -> bool {
        let me = Bell::new();
        let mut state = self.state.lock();
        loop {
            if state.has_next() {
                state.coming += 1;
                make_calls(state);
                return true;
            }
            if interrupted.load(Ordering::Acquire) {
                make_calls(state);
                return false;
            }
            state.idle.push(me.clone());
            make_calls(state);
            me.sleep(Duration::MAX);
            state = self.state.lock();
            state.idle.retain(|other| !Arc::ptr_eq(other, &me));
            state.called = false;
        }
    }

    /// A job left its worker. Once its group is free, the listener is woken when this worker takes another
    /// job, sleeps or ends.
    pub fn complete(&self, job: u64) {
        let mut state = self.state.lock();
        state.busy = state.busy.saturating_sub(1);
        let freed = state.close_job(job);
        state.freed.extend(freed);
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
        let listeners = state.all_listeners();
        drop(state);
        ring(listeners);
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
        let deadline = Instant::now() + timeout;
        let me = Bell::new();
        let mut state = self.state.lock();
        state.deferring = false;
        loop {
            if state.closed || !busy(&state) {
                make_calls(state);
                return Waited::Free;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if interrupted.load(Ordering::Acquire) || left.is_zero() {
                make_calls(state);
                return Waited::Busy;
            }
            let watches = state.patience(group).watches();
            state.listeners.push((group.to_owned(), me.clone()));
            make_calls(state);
            let called = watches.then(|| me.watch());
            me.sleep(left);
            state = self.state.lock();
            if let Some(called) = called {
                state.patience(group).learn(called);
            }
            state.listeners.retain(|(_, other)| !Arc::ptr_eq(other, &me));
        }
    }

    /// Asks one idle worker to end.
    pub fn release_worker(&self) {
        self.state.lock().surplus += 1;
        self.wake();
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
        let listeners = state.all_listeners();
        drop(state);
        ring(listeners);
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
        let state = self.state.lock();
        let sleepers = [state.idle.clone(), state.all_listeners()];
        drop(state);
        ring(sleepers.into_iter().flatten());
    }

    /// Numbers for monitoring.
    pub fn counts(&self) -> JobCounts {
        let state = self.state.lock();
        JobCounts { busy: state.busy, enqueued: state.ready.len(), waiting: state.locked.len() }
    }
}

/// Gives the lock back, then wakes a worker for what is ready and the listeners of freed groups.
fn make_calls(mut state: MutexGuard<'_, State>) {
    let called = state.calls();
    drop(state);
    ring(called);
}

fn ring(bells: impl IntoIterator<Item = Arc<Bell>>) {
    bells.into_iter().for_each(|bell| bell.ring());
}

impl State {
    /// Who is to look again.
    fn calls(&mut self) -> Vec<Arc<Bell>> {
        let worker = self.call_worker();
        let freed = std::mem::take(&mut self.freed);
        let waiting = self.listeners.iter().filter(|(group, _)| freed.contains(group));
        worker.into_iter().chain(waiting.map(|(_, listener)| listener.clone())).collect()
    }

    /// One at a time: who came calls the next.
    fn call_worker(&mut self) -> Option<Arc<Bell>> {
        if self.ready.is_empty() || self.called || self.coming > 0 {
            return None;
        }
        let last = self.idle.last().cloned();
        self.called = last.is_some();
        last
    }

    fn patience(&mut self, group: &str) -> &mut Patience {
        self.patience.entry(group.to_owned()).or_default()
    }

    fn all_listeners(&self) -> Vec<Arc<Bell>> {
        self.listeners.iter().map(|(_, listener)| listener.clone()).collect()
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

    /// The group that this freed.
    fn close_job(&mut self, job: u64) -> Option<String> {
        let (group, blocking) = self.open.remove(&job)?;
        (blocking && self.blocking.remove(&group)).then_some(group)
    }

    fn unlock(&mut self, job: u64) -> bool {
        let Some((group, blocking)) = self.locked.remove(&job) else { return false };
        if blocking {
            self.withheld.remove(&group);
        }
        true
    }
}

impl Blocking {
    fn any(&self, group: &str) -> bool {
        self.0.contains_key(group)
    }

    fn add(&mut self, group: &str) {
        *self.0.entry(group.to_owned()).or_default() += 1;
    }

    /// Whether that was the group's last one.
    fn remove(&mut self, group: &str) -> bool {
        let Some(count) = self.0.get_mut(group) else { return false };
        *count -= 1;
        let last = *count == 0;
        if last {
            self.0.remove(group);
        }
        last
    }
}

fn of_group(jobs: &HashMap<u64, (String, bool)>, group: &str) -> Vec<u64> {
    jobs.iter().filter(|(_, (of, _))| of == group).map(|(job, _)| *job).collect()
}

mod bell;
#[cfg(test)]
mod tests;
