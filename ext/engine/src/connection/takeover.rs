//! A partition that is taken over: whether the log still is the one that its offset was committed in (KIP-320).
//!
//! librdkafka reads on at the committed offset, whatever leader epoch came with it. A leader that had lagged
//! behind may have cut the log since: what replaced the lost messages below that offset would be passed over.
//! The sign is a first message of a newer epoch than the committed one. A seek to the committed offset with its
//! epoch then makes librdkafka ask where that epoch ended (`rd_kafka_toppar_seek`) and go back to there. Where
//! no leader has changed since the partition was made nothing is asked.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::Inner;
use crate::batch::Builder;
use crate::client::PartitionOffset;
use crate::error::EngineError;

/// How long the committed offsets are waited for: without them it is read on as librdkafka does.
const COMMITTED_TIMEOUT: Duration = Duration::from_secs(2);

/// Partitions that have delivered nothing since they were assigned, with what is committed of them; `None`
/// until that was asked.
pub(super) type Takeovers = HashMap<(Arc<str>, i32), Option<PartitionOffset>>;

/// The first message of an assigned partition.
#[derive(Debug, Clone)]
pub(super) struct First {
    pub(super) topic: Arc<str>,
    pub(super) partition: i32,
    pub(super) offset: i64,
    /// `None` for messages of old formats.
    pub(super) leader_epoch: Option<i32>,
}

impl First {
    pub(super) fn of(builder: &Builder) -> Option<Self> {
        let (offset, leader_epoch) = builder.first()?;
        Some(Self { topic: builder.topic().into(), partition: builder.partition(), offset, leader_epoch })
    }

    /// Whether the log may have been cut since `committed`. One that lies before it was read from elsewhere.
    fn is_doubtful(&self, committed: &PartitionOffset) -> bool {
        committed.offset.is_some_and(|offset| self.offset >= offset)
            && committed.leader_epoch.is_some_and(|epoch| self.leader_epoch > Some(epoch))
    }
}

impl Inner {
    /// Of the partitions just assigned nothing was delivered yet.
    pub(super) fn begin_takeover(&self, partitions: &[PartitionOffset]) {
        let keys = partitions.iter().map(|one| (one.topic.as_str().into(), one.partition));
        self.takeovers.lock().extend(keys.map(|key| (key, None)));
    }

    /// The partition went, was moved by somebody, or is compared.
    pub(super) fn end_takeover(&self, topic: &str, partition: i32) {
        self.takeovers.lock().remove(&(Arc::from(topic), partition));
    }

    /// Compares what a poll has gathered of newly assigned partitions; what is in doubt is dropped and read
    /// again. Polling thread, which holds no lock.
    pub(super) fn compare_takeovers(&self) {
        if self.takeovers.lock().is_empty() {
            return;
        }
        let firsts = self.fill.lock().firsts();
        for first in firsts {
            let committed = self.committed_before(&first);
            let again = committed.filter(|committed| first.is_doubtful(committed));
            // One that cannot be moved is read on, as without a comparison.
            if again.is_some_and(|committed| self.read_again(&committed).is_ok()) {
                self.fill.lock().forget(&first.topic, first.partition);
            }
            self.end_takeover(&first.topic, first.partition);
        }
    }

    /// What was committed of a partition that was just taken over; `None` for others, and where nobody need
    /// know.
    fn committed_before(&self, first: &First) -> Option<PartitionOffset> {
        let key = (Arc::clone(&first.topic), first.partition);
        let known = self.takeovers.lock().get(&key)?.clone();
        if known.is_some() || first.leader_epoch <= Some(0) {
            return known;
        }
        // One question for all of them.
        let wanted: Vec<_> = self
            .takeovers
            .lock()
            .keys()
            .map(|(topic, number)| PartitionOffset::new(&**topic, *number))
            .collect();
        let answered = self.committed(&wanted, COMMITTED_TIMEOUT).unwrap_or(wanted);
        let mut takeovers = self.takeovers.lock();
        for one in answered {
            takeovers
                .entry((one.topic.as_str().into(), one.partition))
                .and_modify(|known| *known = Some(one));
        }
        takeovers.get(&key)?.clone()
    }

    fn read_again(&self, committed: &PartitionOffset) -> Result<(), EngineError> {
        let _reader = self.reader.lock();
        // Who moved it meanwhile wants nothing of what was gathered, either.
        let waits =
            self.takeovers.lock().contains_key(&(committed.topic.as_str().into(), committed.partition));
        if waits {
            self.move_native_reader(committed)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(offset: i64, leader_epoch: Option<i32>) -> First {
        First { topic: "orders".into(), partition: 0, offset, leader_epoch }
    }

    fn committed(offset: i64, leader_epoch: Option<i32>) -> PartitionOffset {
        PartitionOffset { leader_epoch, ..PartitionOffset::new("orders", 0).with_offset(offset) }
    }

    #[test]
    fn a_newer_leader_at_or_behind_the_committed_offset_is_in_doubt() {
        for (offset, epoch, expected) in
            [(5, 2, true), (9, 2, true), (4, 2, false), (5, 1, false), (5, 0, false)]
        {
            assert_eq!(first(offset, Some(epoch)).is_doubtful(&committed(5, Some(1))), expected);
        }
    }

    #[test]
    fn without_an_epoch_or_an_offset_nothing_can_be_compared() {
        assert!(!first(5, None).is_doubtful(&committed(5, Some(1))));
        assert!(!first(5, Some(2)).is_doubtful(&committed(5, None)));
        assert!(!first(5, Some(2)).is_doubtful(&PartitionOffset::new("orders", 0)));
    }
}
