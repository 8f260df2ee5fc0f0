//! The end of a connection: leaving the group, and what is left to do where nobody waited for that.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka_sys as sys;
use sys::rd_kafka_resp_err_t as code;

use super::{fill, Connection, Inner};
use crate::client::{reap, Queue, REQUESTS_WITHIN};
use crate::error::{check, EngineError, KafkaError};

/// How long a client that was dropped on its way out of the group goes on leaving.
const LEAVING_WITHIN: Duration = Duration::from_secs(30);
const TURN: Duration = Duration::from_millis(100);

impl Connection {
    /// Begins to leave for good: from now on only [`Connection::poll_close`] and rebalance answers
    /// make sense, and what else asks the group is refused. Offsets must have been committed before.
    ///
    /// # Errors
    /// [`EngineError::Kafka`], for instance after a fatal error; the client can still be dropped.
    pub fn begin_close(&self) -> Result<(), EngineError> {
        let inner = self.inner("close")?;
        if !inner.gate.shut(Instant::now() + REQUESTS_WITHIN) {
            return check(code::RD_KAFKA_RESP_ERR__TIMED_OUT, "waiting for requests to the group");
        }
        let mut closing = inner.closing.lock();
        if closing.is_some() {
            return Ok(());
        }
        inner.aside.clear();
        // A queue of its own: librdkafka redirects the group's queue to the one given here, so its own
        // consumer queue would lead to itself.
        // SAFETY: a live client; the new queue reference is ours.
        let queue = unsafe { Queue::own(sys::rd_kafka_queue_new(inner.handle.as_ptr())) }
            .ok_or_else(|| EngineError::Creation("no queue to close on".to_owned()))?;
        inner.shared.wakes(&queue);
        // SAFETY: a live client and queue.
        let error = unsafe { sys::rd_kafka_consumer_close_queue(inner.handle.as_ptr(), queue.as_ptr()) };
        // SAFETY: the error is ours.
        if let Some(error) = unsafe { KafkaError::take(error) } {
            return Err(error.during("closing the consumer").into());
        }
        *closing = Some(queue);
        Ok(())
    }

    /// Serves the close for up to `timeout`: true once the client has left the group. Ends early when a
    /// rebalance wants an answer.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`].
    pub fn poll_close(&self, timeout: Duration) -> Result<bool, EngineError> {
        let inner = self.inner("close")?;
        if let Some(queue) = inner.closing.lock().as_ref() {
            fill::discard(queue, timeout);
        }
        // SAFETY: a live client.
        Ok(unsafe { sys::rd_kafka_consumer_closed(inner.handle.as_ptr()) } != 0)
    }

    /// Destroys the client. Waits for calls of other threads to return, and for the client's own threads
    /// to end, up to `patience`; what takes longer ends beside: without a broker librdkafka's destructor
    /// waits until every request on its way has timed out. Closing twice does nothing.
    pub fn close(&self, patience: Duration) {
        let Some(inner) = self.inner.lock().take() else { return };
        let deadline = Instant::now() + patience;
        for partition in inner.partitions.lock().drain().map(|(_, partition)| partition) {
            partition.revoke(Instant::now());
        }
        inner.wake();
        while Arc::strong_count(&inner) > 1 && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        let (done, end) = std::sync::mpsc::channel();
        let reaping = reap(move || {
            drop(inner);
            // Nobody waits any more where patience was over.
            let _ = done.send(());
        });
        if reaping {
            let _ = end.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        }
    }
}

impl Drop for Connection {
    /// Ruby's collector must not wait for librdkafka's threads, so they end beside it.
    fn drop(&mut self) {
        let Some(inner) = self.inner.lock().take() else { return };
        if !inner.handle.is_local() {
            std::mem::forget(inner);
            return;
        }
        reap(move || drop(inner));
    }
}

impl Inner {
    /// Ends a close that was begun and dropped. librdkafka has handed its rebalances over to whoever closes:
    /// unanswered, its destructor would wait for ever, with a core at full load. One may have been taken by a
    /// caller who never answered, so all is given away at each turn.
    fn finish_close(&self) {
        let closing = self.closing.lock();
        let Some(queue) = closing.as_ref() else { return };
        let deadline = Instant::now() + LEAVING_WITHIN;
        // SAFETY: a live client; null gives everything away.
        unsafe {
            while sys::rd_kafka_consumer_closed(self.handle.as_ptr()) == 0 && Instant::now() < deadline {
                fill::discard(queue, TURN);
                sys::rd_kafka_assign(self.handle.as_ptr(), std::ptr::null_mut());
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.handle.is_local() {
            self.finish_close();
        }
    }
}
