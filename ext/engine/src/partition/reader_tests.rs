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
fn what_was_dropped_around_a_move_is_fetched_again_from_where_it_went() {
    let mut during = reader();
    during.begin_move();
    during.drop_fetched(5);
    during.end_move(2);
    assert_eq!((during.position, during.owed), (Some(2), Some(2)));
    let mut after = reader();
    after.begin_move();
    after.end_move(2);
    after.drop_fetched(5);
    assert_eq!((after.position, after.owed), (Some(2), Some(2)));
    let mut before = reader();
    before.drop_fetched(5);
    before.begin_move();
    before.end_move(2);
    assert_eq!((before.position, before.owed), (Some(2), None), "all of it came from elsewhere");
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
fn after_a_move_that_fails_the_reader_is_moved_back() {
    let mut reader = reader();
    reader.begin_move();
    reader.fail_move();
    assert!(!reader.arrive(2, 8), "librdkafka may have moved it");
    assert_eq!((reader.position, reader.owed), (Some(5), Some(5)));
    let mut new = Reader::default();
    new.begin_move();
    new.fail_move();
    assert!(new.arrive(5, 8), "there is nowhere to go back to");
}

#[test]
fn nothing_is_handed_over_while_a_move_is_owed() {
    let mut reader = reader();
    reader.owed = Some(2);
    assert!(!reader.arrive(5, 8));
    assert_eq!(reader.owed, Some(2));
}

/// A reader beside the client that it is about: where that fetches next, and what a poll has gathered.
#[derive(Debug)]
struct World {
    reader: Reader,
    fetches: i64,
    gathered: Vec<i64>,
    /// What must be delivered next.
    expected: i64,
    /// The client did as the move that is under way wants.
    heeded: bool,
}

const TARGET: i64 = 2;

impl World {
    fn new() -> Self {
        Self { reader: reader(), fetches: 5, gathered: Vec::new(), expected: 5, heeded: false }
    }

    fn gather(&mut self) {
        self.gathered.push(self.fetches);
        self.fetches += 1;
    }

    fn hand_over(&mut self) {
        let gathered = std::mem::take(&mut self.gathered);
        let (Some(first), Some(last)) = (gathered.first().copied(), gathered.last().copied()) else { return };
        if self.reader.arrive(first, last + 1) {
            let wanted: Vec<_> = (self.expected..).take(gathered.len()).collect();
            assert_eq!(gathered, wanted, "{:?}", self.reader);
            self.expected = last + 1;
        }
    }

    fn begin_poll(&mut self) {
        if let Some(owed) = self.reader.owed.filter(|_| !self.reader.moving) {
            self.reader.begin_move();
            self.fetches = owed;
            self.reader.end_move(owed);
        }
        if self.gathered.is_empty() {
            self.reader.moved = None;
        }
    }

    fn step(&mut self, step: usize) {
        match step {
            0 if !self.reader.moving => {
                self.reader.begin_move();
                self.heeded = false;
            }
            1 if self.reader.moving && !self.heeded => {
                self.fetches = TARGET;
                self.heeded = true;
            }
            2 if self.reader.moving && self.heeded => {
                self.reader.end_move(TARGET);
                self.expected = TARGET;
            }
            3 if self.reader.moving => self.reader.fail_move(),
            4 => self.gather(),
            5 => self.hand_over(),
            6 => self.begin_poll(),
            _ => {}
        }
    }
}

/// Whatever is handed over follows what was delivered last, or is where the reader was moved to: nothing is
/// left out, nothing comes twice.
#[test]
fn in_every_order_of_moves_and_polls_what_is_delivered_goes_on_where_it_should() {
    const STEPS: usize = 7;
    const LENGTH: u32 = 8;
    for order in 0..STEPS.pow(LENGTH) {
        let mut world = World::new();
        let mut left = order;
        for _ in 0..LENGTH {
            world.step(left % STEPS);
            left /= STEPS;
        }
        // Then all goes well, and reading goes on.
        world.step(3);
        world.hand_over();
        world.begin_poll();
        world.gather();
        world.hand_over();
    }
}
