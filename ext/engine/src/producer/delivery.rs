//! What becomes of one produced message.
//!
//! A [`Delivery`] is counted: the Ruby handle holds one count, librdkafka the other, as the message's
//! opaque, from the hand-over until its report. The report is written once, by whoever drains the
//! client's queue; waiters see it only after [`Delivery::release`]. Nothing here waits or knows Ruby.

use std::os::raw::c_void;
use std::sync::atomic::{AtomicI32, AtomicI64, AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use rdkafka_sys as sys;

use crate::error::{text, KafkaError};

/// The report may be read.
const RELEASED: u8 = 1;
/// Somebody sleeps until the release and must be woken.
const AWAITED: u8 = 2;
/// The release has something to let go of (a label), so it cannot happen silently.
const ROOTED: u8 = 4;

/// The fate of one message. Threads: any; every field is written before the release.
pub struct Delivery {
    state: AtomicU8,
    code: AtomicI32,
    partition: AtomicI32,
    offset: AtomicI64,
    text: OnceLock<Box<str>>,
    topic: Arc<str>,
}

/// What is known once the report is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// 0, or the code of the failure.
    pub code: i32,
    /// -1 if none was chosen.
    pub partition: i32,
    /// `RD_KAFKA_OFFSET_INVALID` (-1001) after a failure or without acknowledgement.
    pub offset: i64,
}

impl Delivery {
    /// A message on its way to `topic`; `rooted` if its release must not happen silently.
    pub fn new(topic: Arc<str>, rooted: bool) -> Self {
        Self {
            state: AtomicU8::new(if rooted { ROOTED } else { 0 }),
            code: AtomicI32::new(0),
            partition: AtomicI32::new(-1),
            offset: AtomicI64::new(-1),
            text: OnceLock::new(),
            topic,
        }
    }

    /// A delivery whose report is known from the start, for doubles of tests.
    pub fn settled(topic: Arc<str>, report: &Report) -> Self {
        let delivery = Self::new(topic, false);
        delivery.write(report);
        delivery.state.store(RELEASED, Ordering::Release);
        delivery
    }

    /// Where the message goes.
    pub fn topic(&self) -> &Arc<str> {
        &self.topic
    }

    /// The report, once it may be read.
    pub fn report(&self) -> Option<Report> {
        (self.state.load(Ordering::Acquire) & RELEASED != 0).then(|| self.read())
    }

    /// Whether the report is there, though maybe not released yet. The offset of a report is never -1.
    pub fn is_reported(&self) -> bool {
        self.offset.load(Ordering::Relaxed) != -1
    }

    /// The report as its drainer sees it, before the release.
    pub fn read(&self) -> Report {
        Report {
            code: self.code.load(Ordering::Relaxed),
            partition: self.partition.load(Ordering::Relaxed),
            offset: self.offset.load(Ordering::Relaxed),
        }
    }

    /// The error of a failed delivery; `None` after a success.
    pub fn error(&self) -> Option<KafkaError> {
        let report = self.read();
        (report.code != 0).then(|| KafkaError {
            broker_message: self.text.get().map(|text| text.to_string()),
            ..KafkaError::of(report.code)
        })
    }

    /// Says that a waiter is about to sleep. False if the report is there already.
    pub fn expect(&self) -> bool {
        self.state.fetch_or(AWAITED, Ordering::AcqRel) & RELEASED == 0
    }

    /// Lets waiters read the report. True if one of them must be woken.
    pub fn release(&self) -> bool {
        self.state.fetch_or(RELEASED, Ordering::AcqRel) & AWAITED != 0
    }

    /// Whether the release must be told to the owner of the label.
    pub fn is_rooted(&self) -> bool {
        self.state.load(Ordering::Relaxed) & ROOTED != 0
    }

    /// A value that names this delivery as long as a count on it is held.
    pub fn id(self: &Arc<Self>) -> usize {
        Arc::as_ptr(self) as usize
    }

    /// Gives a count to librdkafka.
    pub(super) fn lend(self: &Arc<Self>) -> *mut c_void {
        Arc::into_raw(Arc::clone(self)).cast_mut().cast()
    }

    /// Takes the count back that [`Delivery::lend`] gave; `None` for null.
    ///
    /// # Safety
    /// `opaque` is null or comes from `lend`, and is reclaimed exactly once.
    pub(super) unsafe fn reclaim(opaque: *mut c_void) -> Option<Arc<Self>> {
        // SAFETY: the caller's promise.
        (!opaque.is_null()).then(|| unsafe { Arc::from_raw(opaque.cast_const().cast::<Self>()) })
    }

    /// Takes the count back together with the report that librdkafka gave.
    ///
    /// # Safety
    /// `message` is a live message of a delivery event that is read for the first time.
    pub(super) unsafe fn settle(message: &sys::rd_kafka_message_t) -> Option<Arc<Self>> {
        // SAFETY: every message of this crate carries a lent opaque, and each report comes once.
        let delivery = unsafe { Self::reclaim(message._private) }?;
        // Without acknowledgement librdkafka counts up from "no offset" through the batch.
        // SAFETY: a live message.
        let acknowledged = unsafe { sys::rd_kafka_message_status(message) }
            == sys::rd_kafka_msg_status_t::RD_KAFKA_MSG_STATUS_PERSISTED;
        delivery.write(&Report {
            code: message.err as i32,
            partition: message.partition,
            offset: if message.err as i32 == 0 && acknowledged {
                message.offset
            } else {
                sys::RD_KAFKA_OFFSET_INVALID.into()
            },
        });
        if message.err as i32 != 0 {
            // The general errstr would answer the payload here, which is no text and has no end.
            // SAFETY: a live message; the text is copied.
            if let Some(text) = text(unsafe { sys::rd_kafka_message_produce_errstr(message) }) {
                let _ = delivery.text.set(text.into_boxed_str());
            }
        }
        Some(delivery)
    }

    fn write(&self, report: &Report) {
        self.code.store(report.code, Ordering::Relaxed);
        self.partition.store(report.partition, Ordering::Relaxed);
        self.offset.store(report.offset, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(code: i32) -> Report {
        Report { code, partition: 3, offset: 7 }
    }

    #[test]
    fn a_report_is_hidden_until_its_release() {
        let delivery = Delivery::new(Arc::from("orders"), false);
        assert!(!delivery.is_reported());
        delivery.write(&report(0));
        assert_eq!((delivery.report(), delivery.is_reported()), (None, true));
        assert!(!delivery.release(), "nobody waits");
        assert_eq!(delivery.report(), Some(report(0)));
    }

    #[test]
    fn a_waiter_is_woken_once_and_only_if_it_came_before_the_release() {
        let early = Delivery::new(Arc::from("orders"), false);
        assert!(early.expect());
        assert!(early.release());
        let late = Delivery::new(Arc::from("orders"), false);
        assert!(!late.release());
        assert!(!late.expect());
    }

    #[test]
    fn the_lent_count_comes_back_exactly_once() {
        let delivery = Arc::new(Delivery::new(Arc::from("orders"), true));
        let opaque = delivery.lend();
        assert_eq!(Arc::strong_count(&delivery), 2);
        // SAFETY: lent above, reclaimed once.
        let back = unsafe { Delivery::reclaim(opaque) }.unwrap();
        assert!(Arc::ptr_eq(&delivery, &back));
        drop(back);
        assert_eq!(Arc::strong_count(&delivery), 1);
        assert!(delivery.is_rooted());
    }

    #[test]
    fn a_failure_keeps_its_code() {
        let delivery = Delivery::settled(Arc::from("orders"), &report(-192));
        assert_eq!(delivery.error().unwrap().name(), "msg_timed_out");
        assert_eq!(Delivery::settled(Arc::from("orders"), &report(0)).error(), None);
    }
}
