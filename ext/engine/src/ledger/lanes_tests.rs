//! Lanes: the worked examples of the chapter by their numbers (5 is in `partition/lanes_tests.rs`), and what
//! the model has found.

use super::*;

/// A ledger whose lanes A (0), B (1) and C (2) work on one batch.
fn lanes(lanes: &[(u32, Vec<i64>)]) -> Ledger {
    let mut ledger = Ledger::new(LedgerMode { lanes: true, ..LedgerMode::default() });
    run(&mut ledger, lanes);
    ledger
}

fn run(ledger: &mut Ledger, lanes: &[(u32, Vec<i64>)]) {
    let all = lanes.iter().flat_map(|(_, offsets)| offsets);
    let (first, last) = (*all.clone().min().unwrap(), *all.max().unwrap());
    ledger.begin(first);
    ledger.register(first, last, lanes);
}

fn even_and_odd() -> Vec<(u32, Vec<i64>)> {
    vec![(0, vec![0, 2, 4, 6, 8]), (1, vec![1, 3, 5, 7, 9])]
}

/// Marks, and returns what would be committed now.
fn commit_after(ledger: &mut Ledger, mark: i64) -> Option<i64> {
    assert_eq!(ledger.mark(mark, None, None, Sink::Store), Marked::Moved);
    ledger.take_store().map(|store| store.next)
}

#[test]
fn example_1_only_what_is_done_without_a_gap_is_committed() {
    let mut ledger = lanes(&even_and_odd());
    let commits: Vec<_> = [0, 3, 4, 9, 8].map(|mark| commit_after(&mut ledger, mark)).into();
    assert_eq!(commits, [Some(1), Some(2), Some(5), Some(6), Some(10)]);
}

#[test]
fn example_2_gaps_of_the_log_are_nobodys_to_mark() {
    let mut ledger = lanes(&[(0, vec![10, 14]), (1, vec![11, 17]), (2, vec![13, 20])]);
    let commits: Vec<_> = [17, 10, 13, 14].map(|mark| commit_after(&mut ledger, mark)).into();
    assert_eq!(commits, [None, Some(12), Some(14), Some(18)]);
    ledger.complete(20);
    assert_eq!(ledger.take_store().map(|store| store.next), Some(21));
}

#[test]
fn example_3_an_error_is_repeated_without_what_other_lanes_have_done() {
    let mut ledger = lanes(&even_and_odd());
    for mark in [0, 2, 4, 9] {
        commit_after(&mut ledger, mark);
    }
    assert_eq!(ledger.next(), Some(6));
    assert_eq!(ledger.done_within(6, 12), [7, 9]);
    run(&mut ledger, &[(0, vec![6, 8, 10, 11, 12])]);
    assert_eq!(commit_after(&mut ledger, 6), Some(8));
    assert_eq!(commit_after(&mut ledger, 8), Some(10));
    ledger.complete(12);
    assert_eq!(ledger.take_store().map(|store| store.next), Some(13));
}

#[test]
fn example_7_marks_beyond_a_shorter_refetch_are_kept_and_not_jumped_to() {
    let mut ledger = lanes(&even_and_odd());
    for mark in [0, 2, 4, 9] {
        commit_after(&mut ledger, mark);
    }
    ledger.register(6, 7, &[(0, vec![6])]);
    ledger.complete(7);
    assert_eq!(ledger.take_store().map(|store| store.next), Some(8));
    assert_eq!(ledger.done_within(8, 12), [9]);
}

#[test]
fn a_batch_that_was_done_before_counts_at_once() {
    let mut ledger = lanes(&[(0, vec![0, 2]), (1, vec![1, 3])]);
    commit_after(&mut ledger, 3);
    run(&mut ledger, &[(0, vec![0])]);
    assert_eq!(commit_after(&mut ledger, 0), Some(1));
    ledger.register(1, 3, &[(0, vec![2])]);
    assert_eq!(commit_after(&mut ledger, 2), Some(4));
    let mut ledger = lanes(&[(0, vec![0]), (1, vec![1, 2])]);
    commit_after(&mut ledger, 2);
    assert_eq!(commit_after(&mut ledger, 0), Some(3));
    ledger.register(1, 2, &[]);
    assert_eq!((ledger.take_store(), ledger.next()), (None, Some(3)), "it was stored before");
}

#[test]
fn example_6_manual_offsets_go_on_blocking_below_the_batch() {
    let mut ledger = Ledger::new(LedgerMode { lanes: true, manual: true, ..LedgerMode::default() });
    run(&mut ledger, &[(0, vec![0, 2]), (1, vec![1, 3])]);
    assert_eq!(commit_after(&mut ledger, 2), Some(1));
    run(&mut ledger, &[(0, vec![4, 6]), (1, vec![5, 7])]);
    assert_eq!(commit_after(&mut ledger, 6), None);
    assert_eq!(ledger.next(), Some(1));
    assert_eq!(commit_after(&mut ledger, 5), Some(7));
}

#[test]
fn texts_follow_the_strategy() {
    for (strategy, wanted) in
        [(MetadataStrategy::Current, ["a0", "b5", "a4"]), (MetadataStrategy::Exact, ["b1", "b5", "b5"])]
    {
        let mut ledger = Ledger::new(LedgerMode { lanes: true, manual: false, metadata: strategy });
        run(&mut ledger, &[(0, vec![0, 2, 4]), (1, vec![1, 3, 5])]);
        let mut texts = Vec::new();
        for (offset, text) in [(1, Some("b1")), (0, Some("a0")), (5, Some("b5")), (2, None), (4, Some("a4"))]
        {
            ledger.mark(offset, None, text.map(|text| text.as_bytes().to_vec()), Sink::Store);
            texts
                .extend(ledger.take_store().map(|store| String::from_utf8(store.metadata.unwrap()).unwrap()));
        }
        assert_eq!(texts, wanted, "{strategy:?}");
    }
}

#[test]
fn example_4_without_marks_everything_is_fetched_again_or_done_together() {
    let mut ledger = lanes(&even_and_odd());
    assert_eq!((ledger.next(), ledger.take_store()), (Some(0), None));
    assert_eq!(ledger.done_within(0, 9), [] as [i64; 0]);
    run(&mut ledger, &even_and_odd());
    ledger.complete(9);
    assert_eq!(ledger.take_store().map(|store| store.next), Some(10));
}

#[test]
fn example_8_the_text_of_the_committed_offset_or_the_newest() {
    for (metadata, wanted) in [(MetadataStrategy::Current, b"a"), (MetadataStrategy::Exact, b"b")] {
        let mut ledger = Ledger::new(LedgerMode { lanes: true, manual: false, metadata });
        run(&mut ledger, &[(0, vec![0]), (1, vec![1])]);
        ledger.mark(1, None, Some(b"b".to_vec()), Sink::Store);
        ledger.mark(0, None, Some(b"a".to_vec()), Sink::Store);
        let store = ledger.take_store().unwrap();
        assert_eq!((store.next, store.metadata.as_deref()), (2, Some(wanted.as_slice())), "{metadata:?}");
    }
}

#[test]
fn a_lane_gets_on_where_another_one_was_before_a_seek_back() {
    let mut ledger = lanes(&[(0, vec![0, 1])]);
    ledger.complete(1);
    // The user went back and kept the position.
    run(&mut ledger, &[(0, vec![0, 1]), (1, vec![2])]);
    assert_eq!(ledger.mark(2, None, None, Sink::Store), Marked::Moved);
    assert_eq!(ledger.next(), Some(2));
    assert_eq!(ledger.mark(1, None, None, Sink::Store), Marked::Moved, "its lane gets on");
    assert_eq!(ledger.next(), Some(3));
    assert_eq!(ledger.mark(2, None, None, Sink::Store), Marked::Already);
}

#[test]
fn a_seek_back_brings_again_what_was_done_below_the_position() {
    let mut ledger = lanes(&[(0, vec![0, 2]), (1, vec![1, 3])]);
    ledger.mark(3, None, None, Sink::Store);
    run(&mut ledger, &[(0, vec![5])]);
    ledger.mark(5, None, None, Sink::Store);
    assert_eq!(ledger.done_within(0, 9), [] as [i64; 0]);
}

#[test]
fn another_lanes_mark_does_not_finish_an_older_part_that_came_again() {
    let mut ledger = Ledger::new(LedgerMode { lanes: true, manual: true, ..LedgerMode::default() });
    run(&mut ledger, &[(2, vec![53, 55]), (1, vec![54])]);
    run(&mut ledger, &[(1, vec![56, 57])]);
    // 53 has gone from the log; 55 comes again, in another lane, and is left behind once more.
    run(&mut ledger, &[(0, vec![54, 55])]);
    run(&mut ledger, &[(1, vec![56])]);
    ledger.mark(55, None, None, Sink::Store);
    assert_eq!(ledger.next(), Some(53), "lane 2 has not marked 53");
    ledger.mark(56, None, None, Sink::Store);
    assert_eq!(ledger.next(), Some(53));
}

#[test]
fn an_older_part_counts_up_to_its_end_once_it_is_marked() {
    let mut ledger = Ledger::new(LedgerMode { lanes: true, manual: true, ..LedgerMode::default() });
    run(&mut ledger, &[(0, vec![0, 1, 2, 3])]);
    run(&mut ledger, &[(1, vec![4])]);
    assert_eq!(commit_after(&mut ledger, 3), Some(4));
    assert_eq!(commit_after(&mut ledger, 4), Some(5));
}

#[test]
fn a_mark_is_linear_only_where_no_other_lane_has_anything_left() {
    let mut ledger = Ledger::new(LedgerMode { lanes: true, manual: true, ..LedgerMode::default() });
    assert!(ledger.is_linear(false), "nobody has shared anything out");
    ledger.begin(10);
    ledger.register(10, 12, &[(0, vec![10, 12]), (1, vec![11])]);
    assert!(!ledger.is_linear(false) && !ledger.is_linear(true));
    ledger.register(13, 14, &[(0, vec![13, 14])]);
    assert!(!ledger.is_linear(true), "11 is left");
    for mark in [12, 11] {
        ledger.mark(mark, None, None, Sink::Store);
    }
    ledger.register(15, 15, &[(0, vec![15])]);
    assert!(ledger.is_linear(true) && !ledger.is_linear(false));
}

#[test]
fn without_lanes_at_work_a_mark_covers_everything_before_it() {
    let mut ledger = Ledger::new(LedgerMode { lanes: true, ..LedgerMode::default() });
    ledger.begin(0);
    assert_eq!(ledger.mark(4, None, None, Sink::Store), Marked::Moved);
    assert_eq!(ledger.next(), Some(5));
}

#[test]
fn what_lanes_had_done_of_a_log_that_was_cut_is_forgotten() {
    let mut ledger = lanes(&even_and_odd());
    ledger.deliver(&[(0, 1)], 9);
    assert_eq!([1, 4].map(|mark| commit_after(&mut ledger, mark)), [None, Some(3)]);
    assert_eq!(ledger.done_within(2, 9), [4]);
    ledger.deliver(&[(2, 2)], 3);
    ledger.begin(2);
    assert_eq!(ledger.next(), Some(2));
    assert!(ledger.done_within(2, 9).is_empty());
}
