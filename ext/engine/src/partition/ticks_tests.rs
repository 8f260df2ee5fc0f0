//! When a partition ticks: the rule over all facts, then what a partition does, call by call.

use super::*;
use crate::ledger::LedgerMode;
use crate::partition::{Backoff, Features, Outcome};

const INTERVAL: Duration = Duration::from_secs(5);
const HOUR: Duration = Duration::from_secs(3_600);
const BOTH: [bool; 2] = [false, true];

fn rests() -> [Duration; 4] {
    [Duration::ZERO, INTERVAL - Duration::from_nanos(1), INTERVAL, HOUR]
}

#[test]
fn a_tick_needs_ownership_rest_and_leave_for_pauses_and_retries() {
    let mut due = 0;
    for (during_pause, during_retry) in BOTH.into_iter().flat_map(|one| BOTH.map(|other| (one, other))) {
        let periodic = Periodic { interval: INTERVAL, during_pause, during_retry };
        for (owned, busy) in BOTH.into_iter().flat_map(|one| BOTH.map(|other| (one, other))) {
            for (rested, paused) in rests().into_iter().flat_map(|rest| BOTH.map(|other| (rest, other))) {
                for attempt in [0, 1, 2, u32::MAX] {
                    let facts = TickFacts { owned, busy, rested, paused, attempt };
                    let forbidden = !owned
                        || busy
                        || rested < INTERVAL
                        || (paused && !during_pause)
                        || (attempt > 0 && !during_retry);
                    assert_eq!(is_due(periodic, &facts), !forbidden, "{periodic:?} {facts:?}");
                    due += usize::from(!forbidden);
                }
            }
        }
    }
    // Of each kind of topic two rests long enough, with the pauses and attempts it allows.
    assert_eq!(due, 2 * (1 + 2) * (1 + 4));
}

fn partition(periodic: Periodic, features: Features) -> Partition {
    let backoff = Backoff { timeout: INTERVAL, max_timeout: INTERVAL, exponential: false };
    Partition::new("orders".into(), 0, Features { periodic: Some(periodic), ..features }, backoff, None)
}

fn anytime() -> Periodic {
    Periodic { interval: INTERVAL, during_pause: true, during_retry: true }
}

/// Due after an interval from now, and not before it: whatever came last was an activity.
#[track_caller]
fn assert_rested_just_now(partition: &Partition, began: Instant) {
    assert!(!partition.is_tick_due(began + INTERVAL - Duration::from_nanos(1)), "too early");
    assert!(partition.is_tick_due(Instant::now() + INTERVAL), "in time");
}

#[test]
fn an_assigned_partition_ticks_an_interval_after_its_assignment_and_after_each_tick() {
    let began = Instant::now();
    let partition = partition(anytime(), Features::default());
    assert_rested_just_now(&partition, began);
    partition.begin_job(Job::Tick);
    partition.begin_job(Job::Tick);
    let began = Instant::now();
    assert!(partition.enter_tick() && partition.enter_tick(), "every lane does");
    partition.end_job(Job::Tick);
    assert!(!partition.is_tick_due(began + HOUR), "a lane still ticks");
    partition.end_job(Job::Tick);
    assert_rested_just_now(&partition, began);
}

#[test]
fn other_topics_never_tick() {
    let backoff = Backoff { timeout: INTERVAL, max_timeout: INTERVAL, exponential: false };
    let partition = Partition::new("orders".into(), 0, Features::default(), backoff, None);
    partition.begin_job(Job::Eofed);
    partition.end_job(Job::Eofed);
    assert!(!partition.is_tick_due(Instant::now() + HOUR));
}

#[test]
fn data_and_ends_of_the_partition_put_ticks_off_from_their_beginning_to_an_interval_behind_their_end() {
    let partition = partition(anytime(), Features::default());
    let began = Instant::now();
    partition.begin_batch(0, 9, false);
    assert!(!partition.is_tick_due(began + HOUR), "it waits for a worker");
    partition.enter_run();
    assert!(!partition.is_tick_due(began + HOUR));
    let ended = Instant::now();
    partition.end_lane(Outcome::Succeeded);
    assert_rested_just_now(&partition, ended);
    partition.begin_batch(10, 19, false);
    let ended = Instant::now();
    partition.end_lane(Outcome::Idle);
    assert_rested_just_now(&partition, ended);
    partition.begin_job(Job::Eofed);
    assert!(!partition.is_tick_due(began + HOUR));
    let ended = Instant::now();
    partition.end_job(Job::Eofed);
    assert_rested_just_now(&partition, ended);
}

#[test]
fn all_lanes_of_a_run_have_to_end() {
    let offsets = LedgerMode { lanes: true, ..LedgerMode::default() };
    let partition = partition(anytime(), Features { offsets, ..Features::default() });
    partition.begin_batch(0, 1, false);
    partition.register(&[(0, vec![0]), (1, vec![1])]);
    partition.end_lane(Outcome::Succeeded);
    assert!(!partition.is_tick_due(Instant::now() + HOUR));
    let ended = Instant::now();
    partition.end_lane(Outcome::Succeeded);
    assert_rested_just_now(&partition, ended);
}

#[test]
fn a_long_running_job_is_over_once_what_follows_it_is() {
    let partition = partition(anytime(), Features { long_running: true, ..Features::default() });
    partition.begin_batch(0, 9, false);
    partition.hold(Instant::now());
    partition.enter_run();
    assert!(!partition.is_tick_due(Instant::now() + HOUR));
    assert_eq!(partition.end_lane(Outcome::Failed).len(), 1, "the caller has to pause");
    assert!(!partition.is_tick_due(Instant::now() + HOUR), "which it has not");
    let ended = Instant::now();
    partition.pause(ended, None, false);
    assert_rested_just_now(&partition, ended);
}

#[test]
fn a_pause_and_a_retry_put_ticks_off_unless_they_are_allowed() {
    for (during_pause, during_retry) in BOTH.into_iter().flat_map(|one| BOTH.map(|other| (one, other))) {
        let partition = partition(Periodic { during_pause, during_retry, ..anytime() }, Features::default());
        let now = Instant::now();
        let due = || partition.is_tick_due(now + HOUR);
        partition.pause(now, Some(2 * HOUR), true);
        assert_eq!(due(), during_pause);
        partition.expire_pause(now);
        assert_eq!(due(), during_pause, "it stands until it is lifted");
        assert!(partition.lift_pause(now));
        assert!(due());
        partition.begin_batch(0, 9, false);
        partition.enter_run();
        partition.end_lane(Outcome::Failed);
        assert_eq!(due(), during_retry);
        partition.pause(now, Some(2 * HOUR), false);
        assert_eq!(due(), during_retry && during_pause);
        partition.expire_pause(now);
        partition.lift_pause(now);
        partition.begin_batch(0, 9, false);
        partition.enter_run();
        partition.end_lane(Outcome::Succeeded);
        assert!(due(), "as before");
    }
}

#[test]
fn a_tick_that_waited_for_a_worker_while_data_came_is_too_late() {
    let partition = partition(anytime(), Features { long_running: true, ..Features::default() });
    partition.begin_job(Job::Tick);
    partition.begin_batch(0, 9, false);
    assert!(!partition.enter_tick());
    partition.end_job(Job::Tick);
    assert!(!partition.is_tick_due(Instant::now() + HOUR), "the run is still at work");
    partition.end_lane(Outcome::Succeeded);
    partition.begin_job(Job::Tick);
    assert!(partition.enter_tick(), "the next one is not");
}

#[test]
fn a_lost_partition_neither_gets_ticks_nor_starts_those_that_wait() {
    let partition = partition(anytime(), Features::default());
    partition.begin_job(Job::Tick);
    partition.revoke(Instant::now());
    assert!(!partition.enter_tick());
    partition.end_job(Job::Tick);
    assert!(!partition.is_tick_due(Instant::now() + HOUR));
}
