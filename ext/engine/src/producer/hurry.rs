//! Sending at once on behalf of somebody who waits.
//!
//! librdkafka keeps each message back for `linger.ms` (5 by default), so that others may join its
//! request. Who waits for the report of one message has nothing but a delay from that.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Delivery, Producer};
use crate::client::Settings;

/// Slices after which everything that was there has lingered anyway.
const SLICES: u32 = 5;
/// librdkafka cannot be interrupted for so long.
const SLICE: Duration = Duration::from_millis(1);
/// So many messages on their way are a stream, whose requests are to be large: hurrying would halve its
/// throughput and gain next to nothing, as its requests follow each other closely.
const STREAM: usize = 1_000;

/// Who hurries. More than one at a time would send each message in a request of its own.
#[derive(Default)]
pub(super) struct Hurry {
    /// The user says how long messages linger.
    patient: bool,
    busy: AtomicBool,
}

/// Ends the hurry of one caller.
struct Turn<'a>(&'a AtomicBool);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Hurry {
    pub(super) fn of(settings: &Settings) -> Self {
        let given = |name| settings.get(name).is_some();
        Self { patient: given("linger.ms") || given("queue.buffering.max.ms"), ..Self::default() }
    }

    fn begin(&self) -> Option<Turn<'_>> {
        let free = !self.patient && !self.busy.swap(true, Ordering::Acquire);
        free.then(|| Turn(&self.busy))
    }
}

impl Producer {
    /// Has what lingers sent at once and waits for one message of it, for as long as that would have
    /// lingered at most; a poller must drain the queue meanwhile. Returns at once where the user says how
    /// long messages linger, where another caller hurries already, and in a stream of messages.
    pub fn hurry(&self, delivery: &Delivery, cancelled: &AtomicBool) {
        let Some(_turn) = self.hurry.begin() else { return };
        let Ok(links) = self.snapshot("hurry") else { return };
        if links.all().map(|link| link.outstanding()).sum::<usize>() >= STREAM {
            return;
        }
        for link in links.all() {
            for _ in 0..SLICES {
                let over = delivery.is_reported() || cancelled.load(Ordering::Relaxed);
                if over || link.flush(SLICE) {
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hurry(pairs: &[(&str, &str)]) -> Hurry {
        Hurry::of(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn one_hurries_at_a_time() {
        let hurry = hurry(&[]);
        let turn = hurry.begin();
        assert!(turn.is_some());
        assert!(hurry.begin().is_none());
        drop(turn);
        assert!(hurry.begin().is_some());
    }

    #[test]
    fn nobody_hurries_where_the_user_says_how_long_messages_linger() {
        assert!(hurry(&[("linger.ms", "5")]).begin().is_none());
        assert!(hurry(&[("queue.buffering.max.ms", "0")]).begin().is_none());
    }
}
