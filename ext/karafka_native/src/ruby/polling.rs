//! Polls of `Karafka::Native::Connection`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use karafka_engine::connection::{PollLimits, Polled, Shortcut};
use magnus::typed_data::Obj;
use magnus::{Error, RArray, Ruby};

use super::batch::Batch;
use super::connection::{quick, Connection};
use super::jobs::Jobs;
use super::switch::Switch;
use crate::vm::{errors, gc, lock};

fn limits(max_messages: usize, max_wait: u64, linger: Option<u64>) -> PollLimits {
    PollLimits {
        max_messages,
        max_wait: Duration::from_millis(max_wait),
        linger: linger.map(Duration::from_millis),
    }
}

impl Connection {
    /// `[batches, ends, reports, failure, rebalances]`: `Batch`es, `[topic, partition, offset]` of reached
    /// ends, errors to tell, an error to raise or nil, and whether a rebalance waits. Times in ms.
    pub(super) fn poll(
        ruby: &Ruby,
        rb_self: &Self,
        max_messages: usize,
        max_wait: u64,
        linger: Option<u64>,
    ) -> Result<RArray, Error> {
        let limits = limits(max_messages, max_wait, linger);
        Self::wait(ruby, rb_self, |consumer| consumer.gather(limits))?;
        Self::hand_over(ruby, rb_self)
    }

    /// As `poll`, after batches that went straight to the workers of `jobs` while nobody listened: `heard` is
    /// off then. Jobs may be at work yet.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn poll_past_listener(
        ruby: &Ruby,
        rb_self: &Self,
        max_messages: usize,
        max_wait: u64,
        linger: Option<u64>,
        jobs: Obj<Jobs>,
        group: String,
        heard: Obj<Switch>,
    ) -> Result<RArray, Error> {
        let limits = limits(max_messages, max_wait, linger);
        let consumer = rb_self.0.get(ruby)?;
        let (jobs, heard, interrupted) = (jobs.queue(), heard.shared(), AtomicBool::new(false));
        let way = Shortcut { jobs, group: &group, heard: &heard, interrupted: &interrupted };
        let gathered = lock::release(
            ruby,
            || consumer.gather_past_listener(limits, &way),
            || {
                interrupted.store(true, Ordering::Release);
                consumer.wake();
                jobs.wake();
            },
        )?;
        errors::to_ruby(ruby, gathered)?;
        Self::hand_over(ruby, rb_self)
    }

    fn hand_over(ruby: &Ruby, rb_self: &Self) -> Result<RArray, Error> {
        // Whoever is interrupted here leaves what came to the next poll.
        gc::collect_if_due(ruby)?;
        lock::check_interrupts()?;
        let consumer = rb_self.0.get(ruby)?;
        Self::polled(ruby, quick(ruby, || consumer.hand_over())?)
    }

    fn polled(ruby: &Ruby, polled: Polled) -> Result<RArray, Error> {
        let batches = ruby.ary_new_capa(polled.batches.len());
        for batch in polled.batches {
            batches.push(Batch::new(batch))?;
        }
        let ends = ruby.ary_new();
        for end in polled.ends {
            ends.push((end.topic, end.partition, end.offset))?;
        }
        let reports = ruby.ary_new();
        for report in &polled.reports {
            reports.push(errors::kafka_exception(ruby, report)?)?;
        }
        let result = ruby.ary_new_capa(5);
        result.push(batches)?;
        result.push(ends)?;
        result.push(reports)?;
        match &polled.failure {
            Some(failure) => result.push(errors::kafka_exception(ruby, failure)?)?,
            None => result.push(ruby.qnil())?,
        }
        result.push(polled.rebalances)?;
        Ok(result)
    }
}
