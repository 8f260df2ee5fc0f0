//! The linear ledger.

use super::*;
use proptest::prelude::*;

#[test]
fn a_repeated_mark_stores_once() {
    let mut ledger = Ledger::default();
    ledger.begin(5);
    assert_eq!(ledger.mark(5, None, None, Sink::Store), Marked::Moved);
    assert!(ledger.take_store().is_some());
    assert_eq!(ledger.mark(5, None, None, Sink::Store), Marked::Already);
    assert!(!ledger.has_pending());
}

#[test]
fn marks_after_a_resetting_seek_are_ignored_until_the_next_batch() {
    let mut ledger = Ledger::default();
    ledger.begin(5);
    ledger.move_to(None);
    assert_eq!(ledger.mark(7, None, None, Sink::Store), Marked::Ignored);
    ledger.begin(2);
    assert_eq!(ledger.mark(2, None, None, Sink::Store), Marked::Moved);
    assert!(ledger.take_store().is_some_and(|store| store.rewinds && store.next == 3));
}

#[test]
fn the_largest_offset_does_not_overflow() {
    let mut ledger = Ledger::default();
    ledger.begin(0);
    assert_eq!(ledger.mark(i64::MAX, None, None, Sink::Store), Marked::Moved);
    assert_eq!(ledger.next(), Some(i64::MAX));
}

#[derive(Debug, Clone)]
enum Act {
    Begin(i64),
    Mark(i64),
    Reset,
    Flush,
    FailedFlush,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0..50i64).prop_map(Act::Begin),
        (0..50i64).prop_map(Act::Mark),
        Just(Act::Reset),
        Just(Act::Flush),
        Just(Act::FailedFlush),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// The model is the list of effective marks: what is stored is always the newest of them,
    /// and nothing is stored that was not marked.
    #[test]
    fn the_store_follows_the_newest_mark_and_never_leads(acts in prop::collection::vec(act(), 1..40)) {
        let mut ledger = Ledger::default();
        let (mut position, mut newest, mut stored) = (None::<i64>, None::<i64>, None::<i64>);
        for act in acts {
            match act {
                Act::Begin(first) => {
                    ledger.begin(first);
                    position = position.or(Some(first));
                }
                Act::Mark(offset) => {
                    let outcome = ledger.mark(offset, None, None, Sink::Store);
                    match position {
                        None => prop_assert_eq!(outcome, Marked::Ignored),
                        Some(next) if next == offset + 1 => prop_assert_eq!(outcome, Marked::Already),
                        Some(_) => {
                            prop_assert_eq!(outcome, Marked::Moved);
                            position = Some(offset + 1);
                            newest = position;
                        }
                    }
                }
                Act::Reset => {
                    ledger.move_to(None);
                    position = None;
                }
                Act::Flush => {
                    if let Some(store) = ledger.take_store() {
                        prop_assert_eq!(Some(store.next), newest);
                        stored = Some(store.next);
                    }
                    prop_assert_eq!(stored, newest);
                }
                Act::FailedFlush => {
                    if let Some(store) = ledger.take_store() {
                        ledger.give_back(store);
                        prop_assert!(ledger.has_pending());
                    }
                }
            }
            prop_assert_eq!(ledger.next(), position);
        }
    }
}

#[test]
fn a_transactions_mark_moves_the_position_and_stores_nothing() {
    let mut ledger = Ledger::default();
    ledger.begin(0);
    assert_eq!(ledger.mark(4, None, None, Sink::Transaction), Marked::Moved);
    assert_eq!((ledger.next(), ledger.has_pending()), (Some(5), false));
}

#[test]
fn an_older_mark_that_waits_does_not_take_the_group_back_behind_a_transaction() {
    let mut ledger = Ledger::default();
    ledger.begin(0);
    ledger.mark(2, None, None, Sink::Store);
    ledger.mark(4, None, None, Sink::Transaction);
    assert_eq!((ledger.next(), ledger.take_store()), (Some(5), None));
}

#[test]
fn a_rewind_that_could_not_be_stored_is_made_up_for_by_the_next_mark() {
    let mut ledger = Ledger::default();
    ledger.begin(0);
    ledger.mark(9, None, None, Sink::Store);
    ledger.take_store();
    ledger.mark(2, None, None, Sink::Store);
    let rewind = ledger.take_store().unwrap();
    assert!(rewind.rewinds);
    ledger.mark(4, None, None, Sink::Store);
    ledger.give_back(rewind);
    assert!(ledger.take_store().is_some_and(|store| store.next == 5 && store.rewinds));
}

#[test]
fn marks_carry_the_epoch_of_their_message_whoever_makes_them() {
    let mut ledger = Ledger::default();
    ledger.deliver(&[(0, 3), (6, 4)], 9);
    ledger.begin(0);
    ledger.mark(5, None, None, Sink::Store);
    assert_eq!(ledger.take_store().and_then(|store| store.leader_epoch), Some(3));
    ledger.complete(9);
    assert_eq!(ledger.take_store().and_then(|store| store.leader_epoch), Some(4));
    ledger.mark(20, None, None, Sink::Store);
    assert_eq!(ledger.take_store().and_then(|store| store.leader_epoch), None, "never delivered");
}

#[test]
fn where_the_log_was_cut_the_position_goes_back() {
    let mut ledger = Ledger::default();
    ledger.deliver(&[(0, 3)], 19);
    ledger.begin(0);
    ledger.complete(19);
    ledger.take_store();
    ledger.deliver(&[(10, 4)], 14);
    ledger.begin(10);
    assert_eq!(ledger.next(), Some(10));
    ledger.complete(14);
    let store = ledger.take_store().unwrap();
    assert_eq!((store.next, store.leader_epoch, store.rewinds), (15, Some(4), true));
}
