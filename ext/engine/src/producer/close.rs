//! The end of a producer, and what must be empty before it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::client::Links;
use super::{Happening, Producer};
use crate::client::reap;
use crate::error::EngineError;

/// How long one uninterrupted piece of a wait is.
const SLICE: Duration = Duration::from_millis(50);
/// How long the last reports of a purged client are waited for.
const DRAIN_LIMIT: Duration = Duration::from_secs(5);

impl Producer {
    /// Messages on their way and events that nobody took yet; 0 once closed.
    pub fn outstanding(&self) -> usize {
        self.links.read().as_ref().map_or(0, |links| links.all().map(|link| link.outstanding()).sum())
    }

    /// Waits until every message has its report, `timeout` is over or `cancelled` is set. A poller
    /// must drain the queues meanwhile. True if nothing is left.
    ///
    /// # Errors
    /// [`EngineError::ProducerClosed`].
    pub fn flush(&self, timeout: Option<Duration>, cancelled: &AtomicBool) -> Result<bool, EngineError> {
        let links = self.snapshot("flush")?;
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        for link in links.all() {
            loop {
                let left =
                    deadline.map_or(SLICE, |deadline| deadline.saturating_duration_since(Instant::now()));
                if link.flush(left.min(SLICE)) {
                    break;
                }
                let over = deadline.is_some_and(|deadline| Instant::now() >= deadline);
                if over || cancelled.load(Ordering::Relaxed) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Fails everything that is queued or in flight; the failures arrive as reports.
    ///
    /// # Errors
    /// [`EngineError::ProducerClosed`].
    pub fn purge(&self) -> Result<(), EngineError> {
        self.snapshot("purge")?.all().for_each(|link| link.purge());
        Ok(())
    }

    /// Destroys the clients and returns what their queues still held. Refuses new calls at once and
    /// waits for those under way. Messages without a report are failed: flush before. A second call
    /// does nothing.
    pub fn close(&self) -> Vec<Happening> {
        let Some(links) = self.links.write().take() else { return Vec::new() };
        self.signal.lock().take();
        links.all().for_each(|link| link.detach());
        Self::await_callers(&links);
        self.take_the_rest(&links)
    }

    /// Every lent count has to come back before the clients go.
    fn take_the_rest(&self, links: &Links) -> Vec<Happening> {
        links.all().for_each(|link| link.purge());
        let deadline = Instant::now() + DRAIN_LIMIT;
        let mut left = Vec::new();
        loop {
            left.extend(self.drain_links(links, DRAIN_LIMIT).0);
            let outstanding: usize = links.all().map(|link| link.outstanding()).sum();
            if outstanding == 0 || Instant::now() >= deadline {
                return left;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Each call under way holds a count on its link.
    fn await_callers(links: &Links) {
        for link in links.all() {
            while Arc::strong_count(link) > 1 {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

impl Drop for Producer {
    /// For producers that nobody closed: never waits here, as Ruby's collector may be the caller.
    fn drop(&mut self) {
        if let Some(links) = self.links.get_mut().take() {
            reap(move || {
                for link in links.all() {
                    link.detach();
                }
                drop(links);
            });
        }
    }
}
