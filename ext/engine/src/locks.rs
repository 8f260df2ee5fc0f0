//! Locks that survive `fork`.
//!
//! `parking_lot` keeps sleeping threads in one table of the process; a child inherits that table with
//! threads that do not exist there, and its next sleeper walks freed memory. The standard library's
//! locks are a word each. A panic under a lock leaves it usable: what these guard stays consistent.

use std::sync::{self, PoisonError};
use std::time::Instant;

/// As [`std::sync::Mutex`], without poisoning.
#[derive(Default)]
pub(crate) struct Mutex<T>(sync::Mutex<T>);

/// As [`std::sync::RwLock`], without poisoning.
pub(crate) struct RwLock<T>(sync::RwLock<T>);

/// As [`std::sync::Condvar`], with deadlines.
#[derive(Default)]
pub(crate) struct Condvar(sync::Condvar);

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The guard, unless somebody has it.
    pub(crate) fn try_lock(&self) -> Option<sync::MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(sync::TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(sync::TryLockError::WouldBlock) => None,
        }
    }
}

impl<T> RwLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(sync::RwLock::new(value))
    }

    pub(crate) fn read(&self) -> sync::RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> sync::RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Condvar {
    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }

    /// Waits until notified.
    pub(crate) fn wait<'a, T>(&self, guard: sync::MutexGuard<'a, T>) -> sync::MutexGuard<'a, T> {
        self.0.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until notified or until `deadline`.
    pub(crate) fn wait_until<'a, T>(
        &self,
        guard: sync::MutexGuard<'a, T>,
        deadline: Instant,
    ) -> (sync::MutexGuard<'a, T>, bool) {
        let left = deadline.saturating_duration_since(Instant::now());
        let (guard, result) = self.0.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner);
        (guard, result.timed_out())
    }
}
