//! What is handed over around a move of the reader.

use super::*;

/// Has delivered up to before 5, and a poll has begun.
fn reader() -> Reader {
    Reader { position: Some(5), ..Reader::default() }
}

#[test]
fn a_steady_reader_goes_on_behind_what_it_delivered() {
    let mut reader = reader();
    assert!(reader.arrive(5, 8));
    assert_eq!((reader.position, reader.owed), (Some(8), None));
}

#[test]
fn what_was_gathered_before_a_move_is_dropped_and_the_reader_moved_again() {
    for target in [2, 5, 20, -1, -2] {
        let mut reader = reader();
        reader.begin_move();
        reader.end_move(target);
        assert!(!reader.arrive(5, 8), "to {target}");
        assert_eq!((reader.position, reader.owed), ((target >= 0).then_some(target), Some(target)));
        assert!(!reader.arrive(8, 9), "nothing more until it was moved");
        reader.begin_move();
        reader.end_move(target);
        reader.moved = None;
        assert!(reader.arrive(3, 4), "the next poll");
        assert_eq!((reader.position, reader.owed), (Some(4), None));
    }
}

#[test]
fn a_move_between_two_polls_drops_nothing() {
    let mut reader = reader();
    reader.begin_move();
    reader.end_move(2);
    reader.moved = None;
    assert!(reader.arrive(2, 4));
}

#[test]
fn a_move_that_outlasts_the_poll_drops_what_that_gathered() {
    let mut reader = reader();
    reader.begin_move();
    assert!(!reader.arrive(5, 8));
    reader.end_move(2);
    assert_eq!((reader.position, reader.owed), (Some(2), Some(2)), "2 may have been dropped with the rest");
}

#[test]
fn a_move_that_fails_gives_back_what_was_dropped_for_it() {
    let mut reader = reader();
    reader.begin_move();
    assert!(!reader.arrive(6, 8));
    reader.fail_move();
    assert_eq!((reader.position, reader.owed), (Some(5), Some(5)));
    let mut new = Reader::default();
    new.begin_move();
    assert!(!new.arrive(6, 8));
    assert!(!new.arrive(8, 9));
    new.fail_move();
    assert_eq!(new.owed, Some(6), "nothing is known but what came");
}

#[test]
fn a_move_that_fails_alone_changes_nothing() {
    let mut reader = reader();
    reader.begin_move();
    reader.fail_move();
    assert!(reader.arrive(5, 8));
}

#[test]
fn nothing_is_handed_over_while_a_move_is_owed() {
    let mut reader = reader();
    reader.owed = Some(2);
    assert!(!reader.arrive(5, 8));
    assert_eq!(reader.owed, Some(2));
}

/// Every order of a fetch, a move and a poll: what is delivered last, up to the poll's end, is what the reader
/// goes on behind, unless something is owed.
#[test]
fn no_order_of_moves_and_polls_leaves_a_gap_unnoticed() {
    let steps: [fn(&mut Reader); 4] = [
        Reader::begin_move,
        |one| one.end_move(2),
        Reader::fail_move,
        |one| {
            if one.arrive(5, 8) {
                assert_eq!(one.position, Some(8));
            } else {
                assert!(one.moving || one.owed.is_some(), "dropped, and nobody fetches it again: {one:?}");
            }
        },
    ];
    let count = steps.len();
    for order in 0..count.pow(6) {
        let mut reader = reader();
        for place in 0..6 {
            let step = order / count.pow(place) % count;
            // Moves follow each other: one ends before the next begins.
            if (step == 0 && reader.moving) || ((step == 1 || step == 2) && !reader.moving) {
                continue;
            }
            steps[step](&mut reader);
        }
        if !reader.moving {
            assert!(reader.dropped.is_none(), "order {order}: {reader:?}");
        }
    }
}
