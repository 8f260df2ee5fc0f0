//! Filtered batches, call by call: what is marked, where reading goes on, and that nothing stays held.

use super::*;
use crate::ledger::LedgerMode;

const SECOND: Duration = Duration::from_secs(1);

fn partition(lanes: bool, manual: bool, long_running: bool) -> Partition {
    let offsets = LedgerMode { lanes, manual, ..LedgerMode::default() };
    let features = Features { offsets, long_running, filtering: true, ..Features::default() };
    let backoff = Backoff { timeout: SECOND, max_timeout: 30 * SECOND, exponential: true };
    Partition::new("orders".into(), 0, features, backoff, None)
}

fn pause(cursor: i64) -> Wish {
    let timeout = Some(SECOND / 5);
    Wish { action: FilterAction::Pause, timeout, cursor: Some(cursor), ..Wish::default() }
}

fn seek(cursor: i64) -> Wish {
    Wish { action: FilterAction::Seek, cursor: Some(cursor), ..Wish::default() }
}

fn mark(offset: i64) -> Wish {
    Wish { mark: Some(offset), ..Wish::default() }
}

fn throttle(offset: i64) -> [Effect; 1] {
    [Effect::Throttle { offset: Some(offset), timeout: SECOND / 5 }]
}

fn stored(partition: &Partition) -> Option<i64> {
    partition.take_store().map(|store| store.next)
}

/// Fetches 0 to 9, of which filters leave up to `kept`.
fn fetch(partition: &Partition, kept: Option<i64>, cut: Option<i64>) {
    partition.begin_batch(0, 9, false);
    partition.filter(kept, cut);
}

fn end(partition: &Partition, outcome: Outcome, wishes: &[Wish]) -> Vec<Effect> {
    assert_eq!(partition.end_lane(outcome), [Effect::AskFilters]);
    partition.answer_filters(wishes)
}

#[test]
fn what_filters_held_back_is_not_marked_and_comes_again() {
    let partition = partition(false, false, false);
    fetch(&partition, Some(4), Some(6));
    partition.enter_run();
    assert_eq!(end(&partition, Outcome::Succeeded, &[pause(6)]), throttle(6));
    assert_eq!((stored(&partition), partition.attempt()), (Some(5), 0));
}

#[test]
fn a_filter_that_kept_messages_beyond_its_cursor_has_them_marked_up_to_it_only() {
    let partition = partition(false, false, false);
    fetch(&partition, Some(9), Some(6));
    partition.enter_run();
    assert_eq!(end(&partition, Outcome::Succeeded, &[seek(6)]), [Effect::Seek(6)]);
    assert_eq!(stored(&partition), Some(6));
    assert!(partition.conclude(Step::Sought).is_empty());
}

#[test]
fn what_was_taken_out_at_the_end_is_done_when_nobody_wants_it_again() {
    for lanes in [false, true] {
        let partition = partition(lanes, false, false);
        fetch(&partition, Some(4), None);
        partition.register(&[(0, vec![0, 2, 4])]);
        partition.enter_run();
        assert!(end(&partition, Outcome::Succeeded, &[Wish::default()]).is_empty());
        assert_eq!(stored(&partition), Some(10), "lanes: {lanes}");
    }
}

#[test]
fn an_emptied_batch_is_marked_only_as_far_as_filters_want() {
    for lanes in [false, true] {
        for manual in [false, true] {
            let partition = partition(lanes, manual, false);
            fetch(&partition, None, None);
            partition.register(&[]);
            assert!(partition.is_running(), "until the idle job is through");
            assert!(end(&partition, Outcome::Idle, &[Wish::default()]).is_empty());
            assert_eq!(stored(&partition), None);
            fetch(&partition, None, Some(9));
            partition.register(&[]);
            assert!(end(&partition, Outcome::Idle, &[mark(9)]).is_empty());
            assert_eq!(stored(&partition), Some(10), "lanes: {lanes}, manual: {manual}");
        }
    }
}

#[test]
fn a_commit_that_filters_want_is_waited_for_before_their_action() {
    let partition = partition(false, true, false);
    fetch(&partition, None, Some(3));
    let marking = Wish { commits: true, mark: Some(3), ..seek(3) };
    assert_eq!(end(&partition, Outcome::Idle, &[marking]), [Effect::Commit]);
    assert_eq!(stored(&partition), Some(4));
    assert_eq!(partition.conclude(Step::Passed), [Effect::Seek(3)]);
}

#[test]
fn a_mark_of_filters_goes_through_the_transactions_that_others_go_through() {
    let partition = partition(false, true, false);
    fetch(&partition, Some(9), None);
    partition.enter_run();
    partition.marks_by_transaction();
    partition.marked_by_transaction(2);
    assert_eq!(end(&partition, Outcome::Succeeded, &[mark(5)]), [Effect::PassByTransaction(5)]);
    partition.marked_by_transaction(5);
    assert!(partition.conclude(Step::Passed).is_empty());
    assert_eq!((partition.next(), stored(&partition)), (Some(6), None));
}

#[test]
fn a_mark_of_filters_never_goes_back_nor_past_the_work_of_lanes() {
    let linear = partition(false, true, false);
    fetch(&linear, Some(9), None);
    linear.enter_run();
    linear.mark(7, None, None);
    assert!(end(&linear, Outcome::Succeeded, &[mark(5)]).is_empty());
    assert_eq!(stored(&linear), Some(8));

    let lanes = partition(true, true, false);
    fetch(&lanes, Some(5), None);
    lanes.register(&[(0, vec![0, 2]), (1, vec![1, 5])]);
    lanes.enter_run();
    lanes.mark(2, None, None);
    lanes.end_lane(Outcome::Succeeded);
    assert!(end(&lanes, Outcome::Succeeded, &[mark(9)]).is_empty());
    assert_eq!(stored(&lanes), Some(1), "1 and 5 are unmarked");
}

#[test]
fn lanes_that_have_done_what_lies_beyond_a_cursor_do_not_do_it_again() {
    let partition = partition(true, false, false);
    partition.begin_batch(0, 5, false);
    partition.filter(Some(5), None);
    partition.register(&[(0, vec![0, 2, 4]), (1, vec![1, 3, 5])]);
    partition.enter_run();
    partition.mark(5, None, None);
    partition.end_lane(Outcome::Failed);
    assert!(matches!(partition.end_lane(Outcome::Succeeded)[..], [Effect::Retry { offset: Some(0), .. }]));

    partition.begin_batch(0, 5, false);
    assert_eq!(partition.done_in_batch(), [1, 3, 5]);
    partition.filter(Some(0), Some(2));
    partition.register(&[(0, vec![0])]);
    partition.enter_run();
    assert_eq!(end(&partition, Outcome::Succeeded, &[pause(2)]), throttle(2));
    assert_eq!(stored(&partition), Some(2), "not what is done behind the gap");

    partition.begin_batch(2, 9, false);
    assert_eq!(partition.done_in_batch(), [3, 5]);
}

#[test]
fn a_held_partition_goes_on_whatever_filters_want() {
    for (wishes, throttles) in
        [(vec![], false), (vec![Wish::default()], false), (vec![seek(4)], false), (vec![pause(4)], true)]
    {
        for outcome in [Outcome::Idle, Outcome::Succeeded] {
            let partition = partition(false, false, true);
            fetch(&partition, Some(3).filter(|_| outcome == Outcome::Succeeded), Some(4));
            let now = Instant::now();
            assert!(partition.hold(now));
            let effects = end(&partition, outcome, &wishes);
            if let [Effect::Seek(4)] = effects[..] {
                assert!(!partition.lift_pause(Instant::now()), "not before the reader is there");
                partition.conclude(Step::Sought);
            }
            if throttles {
                assert_eq!(effects, throttle(4));
                assert!(!partition.lift_pause(now + 60 * SECOND));
                partition.pause(now, Some(SECOND), false);
                assert!(!partition.lift_pause(now));
            }
            assert!(partition.lift_pause(Instant::now() + SECOND), "{wishes:?} {outcome:?}");
        }
    }
}

#[test]
fn the_users_pause_has_the_only_word() {
    let partition = partition(false, false, false);
    fetch(&partition, Some(4), Some(6));
    partition.enter_run();
    partition.pause(Instant::now(), Some(60 * SECOND), true);
    assert!(partition.end_lane(Outcome::Succeeded).is_empty());
    assert_eq!(stored(&partition), None);
}

#[test]
fn retries_that_filters_empty_for_a_while_are_counted_on() {
    let partition = partition(false, false, false);
    fetch(&partition, Some(9), None);
    assert_eq!(partition.enter_run(), 1);
    partition.end_lane(Outcome::Failed);
    fetch(&partition, None, Some(0));
    assert_eq!(end(&partition, Outcome::Idle, &[pause(0)]), throttle(0));
    fetch(&partition, Some(9), None);
    assert_eq!(partition.enter_run(), 2);
}
