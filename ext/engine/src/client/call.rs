//! Calls that may take as long as a broker likes, with waits that end when their caller says so.
//!
//! librdkafka's synchronous calls (metadata, watermarks, committed offsets) cannot be interrupted. A
//! [`Call`] runs one on a thread of its own: the caller waits on a value, and walks away from it on a
//! deadline or a wake-up; the thread ends by itself at the call's own timeout. [`Pending`] is the same
//! view of such a call and of an admin request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::locks::{Condvar, Mutex};

use crate::error::EngineError;
use crate::process;

/// A result that is on its way.
pub trait Pending<T> {
    /// Waits up to `timeout`; `None` if it is not there yet, or if woken. Hands it out once.
    fn wait(&self, timeout: Duration) -> Option<Result<T, EngineError>>;

    /// Ends a running or the next wait. Callable from every thread.
    fn wake(&self);
}

/// A native call on a thread of its own.
pub struct Call<T>(Arc<Shared<T>>);

struct Shared<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    result: Option<Result<T, EngineError>>,
    woken: bool,
}

impl<T: Send + 'static> Call<T> {
    /// Starts `work`, which must end by a timeout of its own.
    pub fn start(work: impl FnOnce() -> Result<T, EngineError> + Send + 'static) -> Self {
        let state = Mutex::new(State { result: None, woken: false });
        let shared = Arc::new(Shared { state, changed: Condvar::default() });
        let theirs = Arc::clone(&shared);
        let begin = || std::thread::Builder::new().name("karafka.call".to_owned());
        let started = process::without_signals(|| {
            begin().spawn(move || {
                let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
                    .unwrap_or_else(|_| Err(EngineError::Panic("a native call panicked".to_owned())));
                theirs.finish(result);
            })
        });
        if let Err(error) = started {
            shared.finish(Err(EngineError::Creation(format!("no thread for a native call: {error}"))));
        }
        Self(shared)
    }
}

impl<T> Shared<T> {
    fn finish(&self, result: Result<T, EngineError>) {
        self.state.lock().result = Some(result);
        self.changed.notify_all();
    }
}

impl<T> Pending<T> for Call<T> {
    fn wait(&self, timeout: Duration) -> Option<Result<T, EngineError>> {
        let deadline = Instant::now() + timeout;
        let mut state = self.0.state.lock();
        while state.result.is_none() && !state.woken {
            let late;
            (state, late) = self.0.changed.wait_until(state, deadline);
            if late {
                break;
            }
        }
        state.woken = false;
        state.result.take()
    }

    fn wake(&self) {
        self.0.state.lock().woken = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_hands_its_result_over() {
        let call = Call::start(|| Ok(7));
        assert_eq!(call.wait(Duration::from_secs(5)).and_then(Result::ok), Some(7));
    }

    #[test]
    fn a_wake_up_before_or_during_the_wait_ends_it_without_a_result() {
        let (release, gate) = std::sync::mpsc::channel::<()>();
        let call = Call::start(move || gate.recv().map_err(|error| EngineError::Argument(error.to_string())));
        call.wake();
        assert!(call.wait(Duration::from_secs(60)).is_none());
        release.send(()).unwrap();
        assert!(call.wait(Duration::from_secs(60)).is_some_and(|result| result.is_ok()));
    }

    #[test]
    fn a_panic_becomes_an_error() {
        let call: Call<()> = Call::start(|| panic!("no"));
        assert!(matches!(call.wait(Duration::from_secs(5)), Some(Err(EngineError::Panic(_)))));
    }
}
