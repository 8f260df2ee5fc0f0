//! What is set aside, in which order it comes back, and what a move of the reader makes of it.

use super::*;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fake {
    Message(i32, i64),
    End(i32, i64),
    Error(i32),
}
use Fake::{End, Error, Message as At};

impl Message for Fake {
    fn is_of(&self, (topic, partition): &Key) -> bool {
        let (At(number, _) | End(number, _) | Error(number)) = self;
        &**topic == "orders" && number == partition
    }

    fn is_of_the_log(&self) -> bool {
        !matches!(self, Error(_))
    }

    fn is_end(&self) -> bool {
        matches!(self, End(..))
    }

    fn offset(&self) -> i64 {
        let (At(_, offset) | End(_, offset)) = self else { panic!("an error has no offset") };
        *offset
    }

    fn bytes(&self) -> usize {
        100
    }
}

fn key(partition: i32) -> Key {
    ("orders".into(), partition)
}

/// Partition 0 is held.
fn holding() -> Aside<Fake> {
    let aside = Aside::of(1_000);
    aside.hold("orders", 0);
    aside
}

/// What is left of `fetched` for the poll that took it.
fn sorted(aside: &Aside<Fake>, mut fetched: Vec<Fake>) -> Vec<Fake> {
    assert!(aside.sort_out(&mut fetched, aside.moves()).is_empty());
    fetched
}

#[test]
fn only_messages_and_ends_of_held_partitions_are_set_aside() {
    let aside = holding();
    let fetched = vec![At(0, 5), At(1, 5), Error(0), End(0, 6), At(0, 6)];
    assert_eq!(sorted(&aside, fetched), [At(1, 5), Error(0)]);
    assert!(aside.take(10).is_empty(), "while it is held");
    assert!(aside.go_on("orders", 0) && !aside.go_on("orders", 1));
    assert_eq!(aside.take(10), [At(0, 5), End(0, 6)], "no further than the end");
    assert_eq!(aside.take(10), [At(0, 6)]);
}

#[test]
fn what_follows_waits_behind_what_was_set_aside() {
    let aside = holding();
    sorted(&aside, vec![At(0, 5), At(0, 6), At(0, 7)]);
    aside.go_on("orders", 0);
    assert_eq!(aside.take(2), [At(0, 5), At(0, 6)]);
    assert!(sorted(&aside, vec![At(0, 8)]).is_empty());
    assert!(aside.used_up().is_empty());
    aside.hold("orders", 0);
    assert!(sorted(&aside, vec![At(0, 9)]).is_empty() && aside.take(9).is_empty());
    aside.go_on("orders", 0);
    assert_eq!(aside.take(9), [At(0, 7), At(0, 8), At(0, 9)]);
    assert!(aside.used_up().is_empty());
    assert_eq!(sorted(&aside, vec![At(0, 10)]), [At(0, 10)], "plain again");
}

#[test]
fn partitions_that_go_on_share_what_a_poll_takes_and_none_waits_for_ever() {
    let aside = holding();
    (1..3).for_each(|partition| aside.hold("orders", partition));
    sorted(&aside, (0..9).map(|offset| At(0, offset)).collect());
    sorted(&aside, vec![At(1, 0), At(2, 0), At(2, 1), At(2, 2)]);
    (0..3).for_each(|partition| assert!(aside.go_on("orders", partition)));
    let of = |taken: Vec<Fake>| {
        (0..3)
            .map(|partition| taken.iter().filter(|fake| fake.is_of(&key(partition))).count())
            .collect::<Vec<_>>()
    };
    assert_eq!(of(aside.take(5)), [2, 1, 2], "what one does not have goes to the others");
    let two = [aside.take(1), aside.take(1)].concat();
    assert_eq!(of(two), [1, 0, 1], "one after the other");
    assert_eq!(of(aside.take(9)), [6, 0, 0]);
}

#[test]
fn a_partition_beyond_its_share_is_read_on_behind_what_was_set_aside() {
    let aside = holding();
    sorted(&aside, (0..5).map(|offset| At(0, offset)).collect());
    assert_eq!(aside.beyond_share(1), []);
    assert_eq!(aside.beyond_share(2), [], "its half");
    sorted(&aside, vec![At(0, 5)]);
    assert_eq!(aside.beyond_share(2), [key(0)]);
    aside.stopped(&key(0));
    assert_eq!(aside.beyond_share(2), [], "stopped once");
    aside.go_on("orders", 0);
    assert!(aside.finish(&key(0)).is_none(), "not used up");
    aside.take(9);
    assert_eq!(aside.used_up(), [key(0)]);
    assert_eq!(aside.finish(&key(0)).and_then(|place| place.next()), Some(6));
    assert!(aside.used_up().is_empty() && !aside.forget("orders", 0));
}

#[test]
fn a_move_drops_what_was_set_aside_and_what_was_on_its_way() {
    let aside = holding();
    sorted(&aside, vec![At(0, 5)]);
    let before = aside.moves();
    aside.begin_move("orders", 0);
    let (mut during, mut after) = (vec![At(1, 3), At(0, 6), At(0, 7)], vec![At(0, 8)]);
    assert_eq!(aside.sort_out(&mut during, before), [(key(0), 6)]);
    assert_eq!(during, [At(1, 3)]);
    aside.end_move("orders", 0);
    assert_eq!(aside.sort_out(&mut after, before), [(key(0), 8)], "taken before it ended");
    assert!(sorted(&aside, vec![At(0, 2)]).is_empty());
    aside.go_on("orders", 0);
    assert_eq!(aside.take(9), [At(0, 2)]);
}

#[test]
fn a_stopped_partition_that_was_moved_goes_on_where_the_reader_is() {
    let aside = holding();
    sorted(&aside, vec![At(0, 5)]);
    aside.stopped(&key(0));
    aside.begin_move("orders", 0);
    aside.go_on("orders", 0);
    assert!(aside.used_up().is_empty(), "it is moved still");
    aside.end_move("orders", 0);
    assert_eq!(aside.used_up(), [key(0)]);
    assert_eq!(aside.finish(&key(0)).map(|place| place.next()), Some(None));
}

#[test]
fn who_forgets_a_partition_learns_whether_it_was_stopped() {
    let aside = holding();
    assert!(!aside.forget("orders", 0));
    aside.hold("orders", 0);
    aside.stopped(&key(0));
    assert!(aside.forget("orders", 0) && !aside.go_on("orders", 0));
}
