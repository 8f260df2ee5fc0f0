//! What one partition does, call by call.

use super::*;

struct Group(AtomicBool);

impl Ownership for Group {
    fn is_lost(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

fn backoff() -> Backoff {
    Backoff { timeout: Duration::from_secs(1), max_timeout: Duration::from_secs(30), exponential: true }
}

fn partition(manual_offsets: bool) -> Partition {
    Partition::new(
        "orders".into(),
        0,
        Features {
            offsets: crate::ledger::LedgerMode { manual: manual_offsets, ..Default::default() },
            ..Features::default()
        },
        backoff(),
        None,
    )
}

#[test]
fn a_successful_run_marks_its_last_message_and_resets_attempts() {
    let partition = partition(false);
    partition.begin_batch(10, 19, false);
    assert_eq!(partition.enter_run(), 1);
    assert!(partition.conclude(Step::Ended(Outcome::Succeeded)).is_empty());
    assert_eq!((partition.attempt(), partition.next()), (0, Some(20)));
    assert_eq!(partition.take_store().map(|store| store.next), Some(20));
}

#[test]
fn a_partition_marked_by_a_transaction_never_stores_again() {
    let partition = partition(false);
    partition.begin_batch(0, 9, false);
    assert!(!partition.marks_by_transaction(), "nothing of the consumer's waits for its commit");
    assert_eq!(partition.mark(4, None, None), Verdict::Refused);
    assert_eq!(partition.marked_by_transaction(4), Verdict::Accepted);
    assert_eq!(partition.mark(4, None, None), Verdict::Accepted, "a repeated mark stores nothing");
    assert_eq!(
        partition.conclude(Step::Ended(Outcome::Succeeded)),
        [Effect::CompleteByTransaction(9)],
        "the rest of the run is marked as the first was"
    );
    assert_eq!(partition.next(), Some(5), "the position waits for the commit");
    partition.marked_by_transaction(9);
    assert!(partition.conclude(Step::Marked).is_empty());
    assert!(partition.conclude(Step::Ended(Outcome::Succeeded)).is_empty(), "nothing is left to mark");
    assert_eq!((partition.next(), partition.take_store()), (Some(10), None));
}

#[test]
fn earlier_marks_of_the_consumer_are_committed_before_those_of_transactions() {
    let partition = partition(true);
    partition.begin_batch(0, 9, false);
    partition.mark(2, None, None);
    assert!(partition.take_store().is_some());
    assert!(partition.marks_by_transaction(), "stored, and nobody knows whether committed");
    assert!(partition.marks_by_transaction(), "asked again, as the commit may have failed");
    partition.marks_committed();
    assert!(!partition.marks_by_transaction());
}

#[test]
fn a_waiting_text_goes_with_the_transaction_that_takes_it() {
    let partition = partition(true);
    partition.begin_batch(0, 9, false);
    partition.set_waiting_text(Some(b"first".to_vec()));
    assert_eq!(partition.take_waiting_text().as_deref(), Some(b"first".as_slice()));
    partition.set_waiting_text(Some(b"second".to_vec()));
    partition.marked_by_transaction(4);
    assert_eq!(partition.take_waiting_text().as_deref(), Some(b"second".as_slice()), "it came later");
}

#[test]
fn two_failures_wait_two_then_four_seconds_at_the_first_unmarked_message() {
    let partition = partition(false);
    partition.begin_batch(0, 9, false);
    partition.enter_run();
    partition.mark(2, None, None);
    let retry = |seconds| Effect::Retry { offset: Some(3), timeout: Duration::from_secs(seconds) };
    assert_eq!(partition.conclude(Step::Ended(Outcome::Failed)), [retry(2)]);
    partition.begin_batch(3, 9, false);
    assert_eq!(partition.enter_run(), 2);
    assert_eq!(partition.conclude(Step::Ended(Outcome::Failed)), [retry(4)]);
}

#[test]
fn manual_offsets_without_marks_go_back_to_the_first_message_seen() {
    let partition = partition(true);
    partition.begin_batch(0, 9, false);
    partition.enter_run();
    partition.conclude(Step::Ended(Outcome::Succeeded));
    partition.begin_batch(10, 19, false);
    partition.enter_run();
    let effects = partition.conclude(Step::Ended(Outcome::Failed));
    assert!(matches!(effects[..], [Effect::Retry { offset: Some(0), .. }]));
    assert!(!partition.has_store());
}

#[test]
fn a_user_pause_keeps_the_last_message_unmarked() {
    let partition = partition(false);
    partition.begin_batch(0, 9, false);
    partition.enter_run();
    partition.pause(Instant::now(), Some(Duration::from_secs(60)), true);
    assert!(partition.conclude(Step::Ended(Outcome::Succeeded)).is_empty());
    assert!(!partition.has_store());
    assert_eq!(partition.attempt(), 0);
}

#[test]
fn a_loss_is_seen_without_a_mark_and_stays() {
    let group = Arc::new(Group(AtomicBool::new(false)));
    let weak: Weak<dyn Ownership> = Arc::downgrade(&(group.clone() as Arc<dyn Ownership>));
    let partition = Partition::new("orders".into(), 0, Features::default(), backoff(), Some(weak));
    partition.begin_batch(0, 9, false);
    partition.enter_run();
    assert_eq!(partition.mark(0, None, None), Verdict::Accepted);
    group.0.store(true, Ordering::Relaxed);
    assert_eq!(partition.mark(0, None, None), Verdict::Accepted, "already marked");
    assert_eq!(partition.mark(1, None, None), Verdict::Refused);
    group.0.store(false, Ordering::Relaxed);
    assert!(partition.is_revoked());
    assert!(partition.conclude(Step::Ended(Outcome::Failed)).is_empty());
    assert_eq!(partition.attempt(), 0);
}

#[test]
fn a_pause_is_lifted_once_and_never_early() {
    let (partition, now) = (partition(false), Instant::now());
    partition.pause(now, Some(Duration::from_secs(5)), true);
    assert!(!partition.lift_pause(now + Duration::from_secs(4)));
    partition.expire_pause(now);
    assert!(partition.lift_pause(now));
    assert!(!partition.lift_pause(now));
}

#[test]
fn a_failed_seek_is_owed_until_one_succeeds() {
    let partition = partition(false);
    assert_eq!(partition.owed_seek(), None);
    assert!(partition.deliver(0, &[], 5));
    assert!(partition.stands_at(5));
    partition.owe_seek(5);
    assert!(!partition.deliver(5, &[], 9), "it would pass over what is owed");
    assert!(!partition.stands_at(5));
    partition.begin_move();
    partition.fail_move();
    assert_eq!(partition.owed_seek(), Some(5));
    partition.begin_move();
    partition.end_move(5);
    assert_eq!((partition.owed_seek(), partition.position()), (None, Some(5)));
}

#[test]
fn revocation_lifts_a_pause_and_forgets_attempts() {
    let (partition, now) = (partition(false), Instant::now());
    partition.begin_batch(0, 9, false);
    partition.enter_run();
    partition.pause(now, Some(Duration::from_secs(3_600)), true);
    partition.revoke(now);
    assert_eq!(partition.attempt(), 0);
    assert!(partition.lift_pause(now));
}
