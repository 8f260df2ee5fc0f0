//! Emptying a producer's queues: silent resolution of reports, and values for everything else.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka_sys as sys;

use super::client::Links;
use super::link::Link;
use super::{Delivery, Producer};
use crate::client::Event;

/// Reports told and released together, so that they are still in the cache and no waiter waits for long.
const REPORTS_TOGETHER: usize = 1_000;
/// After so many reports a pass ends, though not within an event of librdkafka, which holds up to 10,000.
/// What waits to be told waits in librdkafka's queue: it costs least there, and is not copied while it is cold.
const REPORTS_AT_ONCE: usize = REPORTS_TOGETHER;

/// What a Ruby thread has to do.
pub enum Happening {
    /// Reports that somebody observes, that failed or that hold a label.
    Delivered(Reports),
    /// Released deliveries whose waiters sleep.
    Awaited(Vec<Arc<Delivery>>),
    /// Everything else.
    Event(Event),
}

/// Reports in the order of their arrival. Not released yet: that is for whoever has dealt with them.
#[derive(Default)]
pub struct Reports {
    /// The messages they are about.
    pub deliveries: Vec<Arc<Delivery>>,
    /// Whether one of them failed or holds a label.
    pub particular: bool,
}

#[derive(Default)]
struct Pass {
    delivered: Vec<Reports>,
    reports: usize,
    awaited: Vec<Arc<Delivery>>,
    events: Vec<Event>,
}

impl Producer {
    /// Takes what is there, for at most `budget` of time. The flag says that more may be waiting.
    pub fn drain(&self, budget: Duration) -> (Vec<Happening>, bool) {
        self.snapshot("poll").map_or_else(|_| (Vec::new(), false), |links| self.drain_links(&links, budget))
    }

    pub(super) fn drain_links(&self, links: &Links, budget: Duration) -> (Vec<Happening>, bool) {
        let until = Instant::now() + budget;
        let mut pass = Pass::default();
        let mut more = false;
        for link in links.all() {
            more |= self.drain_link(link, until, &mut pass);
        }
        (pass.into_happenings(), more)
    }

    fn drain_link(&self, link: &Link, until: Instant, pass: &mut Pass) -> bool {
        loop {
            let served = link.queue().poll(Duration::ZERO, |native| {
                // SAFETY: a live event of this link's queue, destroyed after this block.
                unsafe { self.take(link, native, pass) };
            });
            if served.is_none() {
                return false;
            }
            if pass.reports >= REPORTS_AT_ONCE || Instant::now() >= until {
                return true;
            }
        }
    }

    /// # Safety
    /// `native` is a live event of `link`, read for the first time.
    unsafe fn take(&self, link: &Link, native: *mut sys::rd_kafka_event_t, pass: &mut Pass) {
        // SAFETY: the caller's promise.
        if unsafe { sys::rd_kafka_event_type(native) } != sys::RD_KAFKA_EVENT_DR {
            // SAFETY: as above.
            pass.events.extend(unsafe { Event::copy(&link.handle, native) });
            return;
        }
        let observed = self.is_observed();
        loop {
            // SAFETY: as above; each call gives the next message of the event, null at its end.
            let message = unsafe { sys::rd_kafka_event_message_next(native).as_ref() };
            let Some(message) = message else { return };
            // SAFETY: each message of the event is settled once.
            let Some(delivery) = (unsafe { Delivery::settle(message) }) else { continue };
            let particular = message.err as i32 != 0 || delivery.is_rooted();
            if observed || particular {
                pass.keep(delivery, particular);
            } else if delivery.release() {
                pass.awaited.push(delivery);
            }
        }
    }
}

impl Pass {
    fn keep(&mut self, delivery: Arc<Delivery>, particular: bool) {
        if self.reports % REPORTS_TOGETHER == 0 {
            self.delivered.push(Reports::default());
        }
        self.reports += 1;
        if let Some(reports) = self.delivered.last_mut() {
            reports.particular |= particular;
            reports.deliveries.push(delivery);
        }
    }

    fn into_happenings(self) -> Vec<Happening> {
        let mut happenings: Vec<_> = self.delivered.into_iter().map(Happening::Delivered).collect();
        if !self.awaited.is_empty() {
            happenings.push(Happening::Awaited(self.awaited));
        }
        happenings.extend(self.events.into_iter().map(Happening::Event));
        happenings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(pass: &mut Pass, particular: bool) {
        pass.keep(Arc::new(Delivery::new(Arc::from("orders"), particular)), particular);
    }

    #[test]
    fn reports_come_in_portions_of_which_only_those_with_a_particular_one_say_so() {
        let mut pass = Pass::default();
        (0..REPORTS_TOGETHER * 2 + 1).for_each(|index| keep(&mut pass, index == REPORTS_TOGETHER));
        let portions: Vec<_> = pass
            .into_happenings()
            .into_iter()
            .map(|happening| match happening {
                Happening::Delivered(reports) => (reports.deliveries.len(), reports.particular),
                _ => (0, false),
            })
            .collect();
        assert_eq!(portions, [(REPORTS_TOGETHER, false), (REPORTS_TOGETHER, true), (1, false)]);
    }
}
