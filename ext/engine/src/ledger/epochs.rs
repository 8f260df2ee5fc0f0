//! Leader epochs of the messages that were delivered (KIP-320).
//!
//! Epochs never fall along a log, so where they begin says all. What is committed carries the epoch of its
//! message: whoever reads on from there learns whether the log was cut meanwhile. And a message with a newer
//! epoch in a place that was delivered already says so at once: a replica that lagged behind became the
//! leader, and other messages stand now where the lost ones were.

/// The epochs of one partition's messages, from the first unprocessed one on.
#[derive(Debug, Default)]
pub(super) struct Epochs {
    /// First offsets and their epochs, both ascending.
    starts: Vec<(i64, i32)>,
    /// The last offset delivered.
    last: Option<i64>,
    /// Where the log was cut, until somebody asks.
    cut: Option<i64>,
}

impl Epochs {
    /// Messages up to `last` came, whose epochs begin at `starts`.
    pub(super) fn deliver(&mut self, starts: &[(i64, i32)], last: i64) {
        if let (Some(&(first, epoch)), Some(&(_, newest)), Some(delivered)) =
            (starts.first(), self.starts.last(), self.last)
        {
            if first <= delivered && epoch > newest {
                self.cut = Some(first);
            }
        }
        for &(start, epoch) in starts {
            self.starts.retain(|(known, _)| *known < start);
            if self.starts.last().is_none_or(|(_, newest)| *newest != epoch) {
                self.starts.push((start, epoch));
            }
        }
        self.last = Some(last);
    }

    /// The epoch of the message at `offset`; `None` where none was delivered.
    pub(super) fn of(&self, offset: i64) -> Option<i32> {
        if self.last.is_none_or(|last| offset > last) {
            return None;
        }
        self.starts.iter().rfind(|(start, _)| *start <= offset).map(|(_, epoch)| *epoch)
    }

    /// Nothing before `offset` is asked for again.
    pub(super) fn pass(&mut self, offset: i64) {
        let passed = self.starts.iter().skip(1).take_while(|(start, _)| *start <= offset).count();
        self.starts.drain(..passed);
    }

    /// Whether the log was cut at `first`. Answered once.
    pub(super) fn take_cut(&mut self, first: i64) -> bool {
        self.cut.take() == Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_has_the_epoch_that_began_before_it() {
        let mut epochs = Epochs::default();
        epochs.deliver(&[(10, 3)], 19);
        epochs.deliver(&[(20, 3), (25, 4)], 29);
        assert_eq!(
            [9, 10, 24, 25, 29, 30].map(|offset| epochs.of(offset)),
            [None, Some(3), Some(3), Some(4), Some(4), None]
        );
    }

    #[test]
    fn what_is_passed_is_dropped_but_for_the_epoch_that_goes_on() {
        let mut epochs = Epochs::default();
        epochs.deliver(&[(0, 1), (5, 2), (9, 3)], 20);
        epochs.pass(6);
        assert_eq!(epochs.starts, [(5, 2), (9, 3)]);
        epochs.pass(9);
        assert_eq!(epochs.starts, [(9, 3)]);
    }

    #[test]
    fn a_newer_epoch_in_a_delivered_place_is_a_cut() {
        let mut epochs = Epochs::default();
        epochs.deliver(&[(0, 1)], 19);
        epochs.deliver(&[(10, 2)], 14);
        assert_eq!([9, 10, 14, 15].map(|offset| epochs.of(offset)), [Some(1), Some(2), Some(2), None]);
        assert!(epochs.take_cut(10));
        assert!(!epochs.take_cut(10));
    }

    #[test]
    fn reading_again_is_no_cut() {
        let mut epochs = Epochs::default();
        epochs.deliver(&[(0, 1), (10, 2)], 19);
        epochs.deliver(&[(5, 1)], 9);
        assert!(!epochs.take_cut(5));
        assert_eq!(epochs.of(15), None, "its epoch is not known any more");
        epochs.deliver(&[(10, 2)], 19);
        assert!(!epochs.take_cut(10));
        assert_eq!(epochs.of(15), Some(2));
    }
}
