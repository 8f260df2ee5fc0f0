//! Native values that belong to the process which made them.

use karafka_engine::process;
use magnus::{Error, Ruby};

use super::errors;

/// A value that answers only in its own process, and whose destructor runs nowhere else.
pub struct Guarded<T> {
    value: Option<T>,
    epoch: u32,
}

impl<T> Guarded<T> {
    /// Guards `value` with this process's epoch.
    pub fn new(value: T) -> Self {
        Self { value: Some(value), epoch: process::epoch() }
    }

    /// The value.
    ///
    /// # Errors
    /// `Karafka::Native::ForkedHandleError` in a process that did not make it.
    pub fn get(&self, ruby: &Ruby) -> Result<&T, Error> {
        match &self.value {
            Some(value) if self.is_local() => Ok(value),
            _ => Err(errors::forked(ruby)),
        }
    }

    /// The value without a check, for readers that never touch native state.
    pub fn peek(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// Whether this process made the value.
    pub fn is_local(&self) -> bool {
        self.epoch == process::epoch()
    }
}

impl<T> Drop for Guarded<T> {
    fn drop(&mut self) {
        if !self.is_local() {
            // The threads and locks behind it stayed in the parent: leave its memory alone.
            std::mem::forget(self.value.take());
        }
    }
}
