//! Where the reader of a partition stands, and whether what it fetched may be handed over.
//!
//! Who moves a reader while the connection polls (the tick of a long-running job's topic, a thread of the
//! user's) must not get what the poll gathered before: it lies elsewhere, and going on behind it would undo the
//! move. What was gathered around a move is dropped and fetched again, from where the move went.

use super::Partition;

/// Offsets below zero are librdkafka's own: -2 earliest, -1 latest.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The next offset that is delivered; `None` before the first, and where a move left it open.
    position: Option<i64>,
    /// Where it has to be moved to before it goes on.
    owed: Option<i64>,
    moving: bool,
    /// Where it was moved to since the poll began.
    moved: Option<i64>,
    /// The first offset that was dropped during the move that is under way.
    dropped: Option<i64>,
}

impl Reader {
    fn begin_move(&mut self) {
        self.moving = true;
    }

    fn end_move(&mut self, target: i64) {
        self.moving = false;
        self.moved = Some(target);
        self.position = (target >= 0).then_some(target);
        // What came from there already may be among what was dropped.
        self.owed = self.dropped.take().map(|_| target);
    }

    /// Whether librdkafka has moved it all the same, later perhaps, is not known.
    fn fail_move(&mut self) {
        self.moving = false;
        self.owed = self.owed.or(self.position).or(self.dropped.take());
        self.dropped = None;
    }

    /// What was fetched around a move, from `first` on, is dropped.
    fn drop_fetched(&mut self, first: i64) {
        if self.moving {
            self.dropped = self.dropped.or(Some(first));
        } else {
            self.owed = self.owed.or(self.moved);
        }
    }

    /// What was fetched from `first` on is about to be handed over, `next` comes after it. False: it is to be
    /// dropped.
    fn arrive(&mut self, first: i64, next: i64) -> bool {
        self.drop_fetched(first);
        let delivered = !self.moving && self.owed.is_none();
        if delivered {
            self.position = Some(next);
        }
        delivered
    }
}

impl Partition {
    /// The next offset that the connection delivers.
    pub fn position(&self) -> Option<i64> {
        self.state.lock().reader.position
    }

    /// A poll begins, and holds nothing of an interrupted one.
    pub fn begin_poll(&self) {
        self.state.lock().reader.moved = None;
    }

    /// The connection delivers from `first` up to before `next`, with the first offset of each leader epoch.
    /// False, having delivered nothing, when the reader was moved meanwhile.
    pub fn deliver(&self, first: i64, epochs: &[(i64, i32)], next: i64) -> bool {
        let mut state = self.state.lock();
        let delivered = state.reader.arrive(first, next);
        if delivered {
            state.ledger.deliver(epochs, next.saturating_sub(1));
        }
        delivered
    }

    /// Messages from `first` on were fetched around a move of the reader, and dropped: it is moved there again.
    pub fn drop_fetched(&self, first: i64) {
        self.state.lock().reader.drop_fetched(first);
    }

    /// The reader reached the partition's end. False when it was moved meanwhile.
    pub fn arrive_at_end(&self, offset: i64) -> bool {
        self.state.lock().reader.arrive(offset, offset)
    }

    /// The reader is about to be moved. [`Partition::end_move`] or [`Partition::fail_move`] follows.
    pub fn begin_move(&self) {
        self.state.lock().reader.begin_move();
    }

    /// The reader was moved to `target`.
    pub fn end_move(&self, target: i64) {
        self.state.lock().reader.end_move(target);
    }

    /// The reader could not be moved.
    pub fn fail_move(&self) {
        self.state.lock().reader.fail_move();
    }

    /// Whether the reader must be moved before a poll. That of a paused partition waits for its resume.
    pub fn owes_seek(&self) -> bool {
        let state = self.state.lock();
        state.pause.is_none() && state.reader.owed.is_some()
    }

    /// Whether the reader is where `offset` is delivered next.
    pub fn stands_at(&self, offset: i64) -> bool {
        let state = self.state.lock();
        state.reader.position == Some(offset) && state.reader.owed.is_none()
    }

    /// A pause failed to move the reader to `offset`. Going on from where it is would pass over what the
    /// pause was to repeat.
    pub fn owe_seek(&self, offset: i64) {
        self.state.lock().reader.owed = Some(offset);
    }

    /// The offset that the reader must be moved to before it goes on.
    pub fn owed_seek(&self) -> Option<i64> {
        self.state.lock().reader.owed
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
