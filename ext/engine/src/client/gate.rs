//! Who may still ask librdkafka's group thread for something while the consumer leaves.
//!
//! That thread serves its requests in order and stops for good once it has left the group. A request
//! that reaches it between the two, by then, is either never answered (`rd_kafka_subscribe` waits
//! without limit) or finds it in a state that it asserts to be impossible, which ends the process
//! (`rd_kafka_cgrp_terminated`, librdkafka 2.12). So every request is made inside of the gate, and the
//! request to leave is made once it is shut and empty.
//!
//! Any thread enters; the one that closes shuts. The lock is held for the count only.

use std::time::{Duration, Instant};

use crate::error::EngineError;
use crate::locks::{Condvar, Mutex};

/// Requests to librdkafka's group thread are served at once; one that is not will not be.
pub(crate) const REQUESTS_WITHIN: Duration = Duration::from_secs(5);

/// Open until [`Gate::shut`].
#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    left: Condvar,
}

#[derive(Default)]
struct State {
    shut: bool,
    inside: usize,
}

/// Somebody is inside for as long as it lives.
pub(crate) struct Pass<'a>(&'a Gate);

impl Gate {
    /// Goes inside.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`], naming `call`, once it is shut.
    pub(crate) fn enter(&self, call: &'static str) -> Result<Pass<'_>, EngineError> {
        let mut state = self.state.lock();
        if state.shut {
            return Err(EngineError::ConsumerClosed(call));
        }
        state.inside += 1;
        Ok(Pass(self))
    }

    /// Lets nobody in any more and waits until `deadline` for those inside to leave.
    ///
    /// Returns whether all have left; a second call waits as well.
    pub(crate) fn shut(&self, deadline: Instant) -> bool {
        let mut state = self.state.lock();
        state.shut = true;
        while state.inside > 0 {
            let (waited, late) = self.left.wait_until(state, deadline);
            if late {
                return waited.inside == 0;
            }
            state = waited;
        }
        true
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.inside -= 1;
        if state.inside == 0 {
            drop(state);
            self.0.left.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_shut_once_those_inside_have_left_and_lets_nobody_in_afterwards() {
        let gate = Gate::default();
        let pass = gate.enter("commit");
        assert!(pass.is_ok());
        assert!(!gate.shut(Instant::now()));
        assert!(matches!(gate.enter("subscribe"), Err(EngineError::ConsumerClosed("subscribe"))));
        std::thread::scope(|threads| {
            let shutting = threads.spawn(|| gate.shut(Instant::now() + Duration::from_secs(60)));
            drop(pass);
            assert!(shutting.join().expect("no panic"));
        });
        assert!(gate.shut(Instant::now()));
    }
}
