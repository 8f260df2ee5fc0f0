//! Runs over several lanes, collapsed runs, dead letters and long-running jobs, call by call.

use std::sync::Barrier;

use super::*;
use crate::ledger::LedgerMode;

const SECOND: Duration = Duration::from_secs(1);

fn features(lanes: bool) -> Features {
    Features { offsets: LedgerMode { lanes, ..LedgerMode::default() }, ..Features::default() }
}

fn partition(features: Features) -> Partition {
    let backoff = Backoff { timeout: SECOND, max_timeout: 30 * SECOND, exponential: true };
    Partition::new("orders".into(), 0, features, backoff, None)
}

fn with_dead_letters(max_retries: u32, independent: bool) -> Partition {
    let dead_letters = Some(DeadLetters { max_retries, strategy: false, marks: true, independent });
    partition(Features { dead_letters, ..features(true) })
}

/// Begins a run over these lanes, numbered from 0; returns its attempt.
fn run(partition: &Partition, lanes: &[&[i64]]) -> u32 {
    let all = lanes.iter().copied().flatten();
    partition.begin_batch(*all.clone().min().unwrap(), *all.max().unwrap(), false);
    let lanes: Vec<(u32, Vec<i64>)> =
        lanes.iter().zip(0..).map(|(offsets, lane)| (lane, offsets.to_vec())).collect();
    partition.register(&lanes);
    partition.enter_run()
}

fn stored(partition: &Partition) -> Option<i64> {
    partition.take_store().map(|store| store.next)
}

fn retry(offset: i64, seconds: u32) -> [Effect; 1] {
    [Effect::Retry { offset: Some(offset), timeout: seconds * SECOND }]
}

#[test]
fn example_5_a_message_is_given_up_in_the_collapsed_run_and_what_was_done_is_left_out() {
    let partition = with_dead_letters(1, false);
    assert_eq!(run(&partition, &[&[0, 2, 4], &[1, 3, 5]]), 1);
    partition.mark(0, None, None);
    partition.mark(5, None, None);
    assert_eq!(stored(&partition), Some(2));
    assert!(partition.end_lane(Outcome::Failed).is_empty(), "its sibling works on");
    assert!(partition.is_failing());
    assert_eq!(partition.end_lane(Outcome::Succeeded), retry(2, 2));

    partition.begin_batch(2, 5, false);
    assert!(partition.is_collapsed());
    assert_eq!(partition.done_in_batch(), [3, 5]);
    partition.register(&[(0, vec![2, 4])]);
    assert_eq!(partition.enter_run(), 2);
    assert_eq!(
        partition.end_lane(Outcome::Failed),
        [Effect::GiveUp { from: Some(2), attempts: 2, dispatch: true, mark: true }]
    );
    assert_eq!(partition.attempt(), 0);
    partition.mark(2, None, None);
    assert_eq!(stored(&partition), Some(4));
    assert_eq!(
        partition.conclude(Step::GivenUp(2)),
        [Effect::Rest { offset: Some(4), timeout: SECOND }],
        "behind what the other lane had done"
    );
}

#[test]
fn two_lanes_that_end_together_carry_the_run_on_once() {
    for round in 0..2_000u32 {
        let partition = partition(features(true));
        assert_eq!(run(&partition, &[&[0, 2], &[1, 3]]), 1);
        let together = Barrier::new(2);
        let failing = if round % 2 == 0 { Outcome::Failed } else { Outcome::Succeeded };
        let end = |outcome| {
            assert_eq!(partition.enter_run(), 1, "one attempt a run");
            together.wait();
            partition.end_lane(outcome)
        };
        let effects: Vec<Effect> = std::thread::scope(|scope| {
            let lanes = [scope.spawn(|| end(failing)), scope.spawn(|| end(Outcome::Succeeded))];
            lanes.into_iter().flat_map(|lane| lane.join().unwrap()).collect()
        });
        if failing == Outcome::Failed {
            assert_eq!(effects, retry(0, 2), "round {round}");
        } else {
            assert_eq!((effects.len(), stored(&partition)), (0, Some(4)), "round {round}");
        }
        assert!(!partition.is_running());
    }
}

#[test]
fn runs_stay_collapsed_until_the_failed_batch_is_passed() {
    let partition = partition(features(true));
    run(&partition, &[&[0, 2], &[1, 9]]);
    partition.end_lane(Outcome::Failed);
    partition.end_lane(Outcome::Succeeded);
    for (first, last, collapsed) in [(0, 4, true), (5, 8, true), (9, 14, true), (15, 19, false)] {
        partition.begin_batch(first, last, false);
        assert_eq!(partition.is_collapsed(), collapsed, "{first} to {last}");
        let lane: Vec<i64> = (first..=last).collect();
        partition.register(&[(0, lane)]);
        partition.enter_run();
        assert!(partition.end_lane(Outcome::Succeeded).is_empty());
    }
    assert_eq!(stored(&partition), Some(20));
}

#[test]
fn the_highest_request_to_collapse_wins_and_begins_with_the_next_batch() {
    let partition = partition(features(true));
    run(&partition, &[&[0], &[1]]);
    partition.collapse_until(20);
    partition.collapse_until(10);
    assert!(!partition.is_collapsed(), "this run goes on as it began");
    partition.begin_batch(20, 29, false);
    assert!(partition.is_collapsed());
    partition.begin_batch(5, 9, false);
    assert!(partition.is_collapsed(), "a seek back does not lift it");
    partition.begin_batch(21, 29, false);
    assert!(!partition.is_collapsed());
}

#[test]
fn without_lanes_nothing_collapses() {
    let partition = partition(features(false));
    partition.collapse_until(20);
    partition.begin_batch(0, 9, false);
    assert!(!partition.is_collapsed());
}

#[test]
fn the_worst_of_the_lanes_decides() {
    let partition = with_dead_letters(1, false);
    for _ in 0..3 {
        partition.begin_batch(0, 1, false);
        partition.register(&[(0, vec![0]), (1, vec![1])]);
        partition.enter_run();
        partition.end_lane(Outcome::Critical);
        let effects = partition.end_lane(Outcome::Failed);
        assert!(matches!(effects[..], [Effect::Retry { offset: Some(0), .. }]), "nobody is to blame");
    }
}

#[test]
fn independent_marks_of_a_retry_start_the_count_anew() {
    let partition = with_dead_letters(1, true);
    run(&partition, &[&[0, 1, 2]]);
    partition.mark(0, None, None);
    assert_eq!(partition.attempt(), 1, "it was no retry");
    partition.end_lane(Outcome::Failed);
    assert_eq!(run(&partition, &[&[1, 2]]), 2);
    partition.mark(1, None, None);
    assert_eq!(partition.attempt(), 0);
    assert_eq!(partition.end_lane(Outcome::Failed), retry(2, 1), "a run more for the next message");
    assert_eq!(run(&partition, &[&[2]]), 1);
}

fn held() -> (Partition, Instant) {
    let partition = partition(Features { long_running: true, ..features(true) });
    run(&partition, &[&[0], &[1]]);
    let now = Instant::now();
    assert!(partition.hold(now));
    assert!(!partition.hold(now), "once a run, whatever its lanes");
    (partition, now)
}

#[test]
fn a_held_partition_goes_on_when_the_last_lane_has_succeeded() {
    let (partition, now) = held();
    partition.expire_pause(now);
    partition.end_lane(Outcome::Succeeded);
    assert!(!partition.lift_pause(now + 3_600 * SECOND), "a lane is still at work");
    partition.end_lane(Outcome::Succeeded);
    assert!(partition.lift_pause(Instant::now()));
    assert_eq!(stored(&partition), Some(2));
}

#[test]
fn a_users_pause_shorter_than_the_job_is_lifted_with_its_end() {
    let (partition, now) = held();
    partition.pause(now, Some(SECOND), true);
    assert!(!partition.lift_pause(now + 60 * SECOND));
    partition.end_lane(Outcome::Succeeded);
    partition.end_lane(Outcome::Succeeded);
    assert_eq!(stored(&partition), None, "it stood when the run ended");
    assert!(partition.lift_pause(now + 60 * SECOND));
}

#[test]
fn a_users_pause_longer_than_the_job_outlives_it() {
    let (partition, now) = held();
    partition.pause(now, Some(60 * SECOND), true);
    partition.end_lane(Outcome::Succeeded);
    partition.end_lane(Outcome::Succeeded);
    assert!(!partition.lift_pause(now + 59 * SECOND));
    assert!(partition.lift_pause(now + 60 * SECOND));
}

#[test]
fn a_failed_job_holds_the_partition_until_its_retry_has_begun_to_rest() {
    let (partition, now) = held();
    partition.pause(now, Some(SECOND), true);
    partition.end_lane(Outcome::Failed);
    assert_eq!(partition.end_lane(Outcome::Succeeded), retry(0, 2));
    assert!(!partition.lift_pause(now + 60 * SECOND), "reading on would pass over the failure");
    partition.pause(now, Some(2 * SECOND), false);
    assert!(!partition.lift_pause(now + SECOND));
    assert!(partition.lift_pause(now + 2 * SECOND));
}

#[test]
fn a_pause_within_the_job_does_not_end_the_hold() {
    let (partition, now) = held();
    partition.pause(now, Some(SECOND), false);
    assert!(!partition.lift_pause(now + 60 * SECOND));
}

#[test]
fn revocation_lifts_a_hold_and_what_ends_later_leaves_nothing_to_do() {
    let (partition, now) = held();
    partition.revoke(now);
    assert!(partition.lift_pause(now));
    partition.end_lane(Outcome::Failed);
    assert!(partition.end_lane(Outcome::Succeeded).is_empty());
    assert_eq!((partition.attempt(), stored(&partition)), (0, None));
}

#[test]
fn a_mark_that_is_refused_to_the_owner_repeats_the_run() {
    let partition = with_dead_letters(1, false);
    run(&partition, &[&[0]]);
    partition.end_lane(Outcome::Failed);
    run(&partition, &[&[0]]);
    assert!(matches!(partition.end_lane(Outcome::Failed)[..], [Effect::GiveUp { .. }]));
    assert_eq!(partition.conclude(Step::MarkRefused), retry(0, 1));
}
