//! One batch poll: until enough messages are there, or time, an end, a rebalance or a wake ends it.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::fill::{Delivered, Fill, PartitionEnd};
use super::reaction::{self, Reaction};
use super::{Connection, Inner};
use crate::batch::Batch;
use crate::error::{EngineError, KafkaError};

/// When a poll hands over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollLimits {
    /// Messages over all partitions of the connection.
    pub max_messages: usize,
    /// Longest wait from the start of the poll.
    pub max_wait: Duration,
    /// `batch_linger`: hand over once nothing has arrived for that long; `None` waits on.
    pub linger: Option<Duration>,
}

/// What a poll brought.
#[derive(Default)]
pub struct Polled {
    /// One batch a partition, in the order of their first message.
    pub batches: Vec<Batch>,
    /// Partitions that reached their end in this poll.
    pub ends: Vec<PartitionEnd>,
    /// Errors to be told; polling goes on.
    pub reports: Vec<KafkaError>,
    /// An error that this poll could not get over.
    pub failure: Option<KafkaError>,
    /// Whether a rebalance waits for its answer.
    pub rebalances: bool,
}

/// Retries of transient errors within one poll, and the step of their growing distance.
const RETRIES: u32 = 20;
const RETRY_STEP: Duration = Duration::from_millis(100);
const MILLISECOND: Duration = Duration::from_millis(1);
/// After that long a poll lets its caller serve events, statistics and token requests above all.
const PART: Duration = Duration::from_secs(1);

/// A poll that is not over.
#[derive(Clone, Copy)]
pub(super) struct Begun {
    deadline: Instant,
    attempts: u32,
}

impl Connection {
    /// Polls one batch. Only the connection's own listener thread calls this. Counts as progress for
    /// `max.poll.interval.ms`. A waiting rebalance ends the poll before it begins, and a pause that is over
    /// ends a poll that has nothing.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`].
    pub fn poll(&self, limits: PollLimits) -> Result<Polled, EngineError> {
        while !self.gather(limits)? {}
        self.hand_over()
    }

    /// The waiting half of a poll. What it gathers stays here until [`Connection::hand_over`], so that
    /// a caller who is interrupted in between loses nothing. False after a second: the same poll goes on
    /// with the next call.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`].
    pub fn gather(&self, limits: PollLimits) -> Result<bool, EngineError> {
        let inner = self.inner("poll")?;
        // One that fails is owed still, so it is made again by the next poll, and nothing is lost meanwhile.
        let _ = inner.pay_seeks();
        let mut fill = inner.fill.lock();
        let over = inner.fill_up(&mut fill, limits);
        drop(fill);
        inner.compare_takeovers();
        Ok(over)
    }

    /// The other half: everything gathered, at once.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`].
    pub fn hand_over(&self) -> Result<Polled, EngineError> {
        let inner = self.inner("poll")?;
        let mut fill = inner.fill.lock();
        let mut polled = Polled {
            ends: std::mem::take(&mut fill.ends),
            batches: fill.finish(now_ms()),
            reports: std::mem::take(&mut fill.reports),
            failure: fill.failure.take(),
            rebalances: inner.shared.is_pending(),
        };
        polled.batches.retain(|batch| {
            let (Some(first), Some(last)) = (batch.first_offset(), batch.last_offset()) else { return true };
            let delivered = Delivered { next: last + 1, epochs: batch.epoch_starts() };
            let state = inner.known(batch.topic(), batch.partition());
            let steady = state.is_none_or(|state| state.deliver(first, &delivered.epochs, delivered.next));
            if steady {
                fill.deliver(batch.topic(), batch.partition(), delivered);
            }
            steady
        });
        drop(fill);
        polled.ends.retain(|end| {
            let state = inner.known(&end.topic, end.partition);
            state.is_none_or(|state| state.arrive_at_end(end.offset))
        });
        Ok(polled)
    }
}

impl Inner {
    /// Whether the poll is over.
    fn fill_up(&self, fill: &mut Fill, limits: PollLimits) -> bool {
        let entered = Instant::now();
        let begun = fill.begun.take();
        let mut begun = begun.unwrap_or(Begun { deadline: entered + limits.max_wait, attempts: 0 });
        // A partition that rests does not wait for the silence of others. The millisecond is for a wait that
        // counts whole ones.
        let states = self.partitions.lock();
        if fill.is_empty() {
            states.values().for_each(|state| state.begin_poll());
        }
        let lift = states.values().filter_map(|state| state.pause_end()).min();
        drop(states);
        let lift = lift.map(|end| end + MILLISECOND);
        loop {
            // What is there, at once; then sleep for one more.
            self.take_aside(fill, limits.max_messages.saturating_sub(fill.messages()));
            let room = limits.max_messages.saturating_sub(fill.messages());
            fill.take(&self.queue, &self.aside, room, Duration::ZERO);
            self.settle_aside(fill);
            if self.react(fill, &mut begun)
                || fill.messages() >= limits.max_messages
                || !fill.ends.is_empty()
                || self.is_interrupted()
            {
                return true;
            }
            let now = Instant::now();
            let left = begun.deadline.saturating_duration_since(now);
            let part = (entered + PART).saturating_duration_since(now);
            if part.as_millis() == 0 && left.as_millis() > 0 {
                fill.begun = Some(begun);
                return false;
            }
            let wait = match (limits.linger, lift) {
                (_, Some(lift)) if fill.messages() == 0 => left.min(lift.saturating_duration_since(now)),
                (Some(linger), _) if fill.messages() > 0 => left.min(linger),
                _ => left,
            };
            // A part may end within `wait`, but silence is waited for as a whole.
            let lingers = limits.linger.is_some() && fill.messages() > 0;
            let step = if lingers { wait } else { wait.min(part) };
            // The native call counts whole milliseconds: what is shorter is over. It may return early
            // without anything, when its queue was woken for a reason that is gone already.
            if step.as_millis() == 0
                || (fill.take(&self.queue, &self.aside, 1, step) == 0 && now.elapsed() + MILLISECOND >= step)
            {
                let over = self.react(fill, &mut begun) || step == wait;
                fill.begun = (!over).then_some(begun);
                return over;
            }
        }
    }

    /// Handles the errors that came; true ends the poll.
    fn react(&self, fill: &mut Fill, begun: &mut Begun) -> bool {
        let mut ended = fill.failure.is_some();
        for error in std::mem::take(&mut fill.errors) {
            let error = self.handle.resolve_fatal(error);
            match reaction::to(&error, self.auto_create) {
                Reaction::Swallow => ended = true,
                Reaction::Report => {
                    fill.reports.push(error);
                    ended = true;
                }
                Reaction::Fail => {
                    fill.failure = Some(error);
                    ended = true;
                }
                Reaction::Retry => {
                    begun.attempts += 1;
                    let pause = RETRY_STEP * begun.attempts;
                    if begun.attempts > RETRIES {
                        fill.failure = Some(error);
                        ended = true;
                    } else {
                        begun.deadline += pause;
                        self.rest(pause);
                    }
                }
            }
        }
        ended
    }

    /// Sleeps in short steps, so that a wake ends it.
    fn rest(&self, pause: Duration) {
        let until = Instant::now() + pause;
        while Instant::now() < until && !self.woken.load(Ordering::Acquire) {
            std::thread::sleep(
                Duration::from_millis(10).min(until.saturating_duration_since(Instant::now())),
            );
        }
    }

    /// Whether a rebalance waits or somebody wants the poll to end; a wake counts once.
    fn is_interrupted(&self) -> bool {
        self.shared.is_pending() || self.woken.swap(false, Ordering::AcqRel)
    }
}

fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use rdkafka_sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE;

    use super::*;
    use crate::client::Settings;

    #[test]
    fn a_transient_error_is_retried_twenty_times_in_time_of_its_own_and_then_fails_the_poll() {
        let mut settings = Settings::new();
        settings.set("group.id", "readers");
        let connection = Connection::new(&settings).expect("nothing is asked of a broker");
        let inner = connection.inner("poll").expect("open");
        // Who is woken does not rest: the distances are told by the deadline.
        inner.woken.store(true, Ordering::Release);
        let (mut fill, start) = (Fill::default(), Instant::now());
        let mut begun = Begun { deadline: start, attempts: 0 };
        let mut meet = |begun: &mut Begun| {
            fill.errors.push(KafkaError::of(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE as i32));
            let ended = inner.react(&mut fill, begun);
            (ended, fill.failure.is_some())
        };
        for attempt in 1..=20 {
            assert_eq!(meet(&mut begun), (false, false), "attempt {attempt}");
        }
        assert_eq!(begun.deadline - start, Duration::from_secs(21));
        assert_eq!(meet(&mut begun), (true, true));
        assert!(fill.reports.is_empty(), "told once, as the failure");
    }
}
