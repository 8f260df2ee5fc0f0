//! Holding, resuming and moving a partition's reader.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka_sys as sys;

use super::fill::Fill;
use super::{Connection, Inner};
use crate::client::{PartitionList, PartitionOffset};
use crate::error::{check, EngineError, KafkaError};
use crate::partition::Partition;

/// A native call that stops partitions, or lets them go.
// SAFETY: of both calls that it stands for: a live client, and a list that they only write results to.
type Switch = unsafe extern "C" fn(
    *mut sys::rd_kafka_t,
    *mut sys::rd_kafka_topic_partition_list_t,
) -> sys::rd_kafka_resp_err_t;

/// How long librdkafka may take to move a reader.
const SEEK_TIMEOUT: Duration = Duration::from_secs(5);

impl Connection {
    /// Holds a partition: commits stored marks asynchronously, stops fetching and moves the reader to
    /// `offset`; `None` goes on after what was delivered. Returns false, having done nothing, when the
    /// partition is not assigned.
    ///
    /// librdkafka drops what it has prefetched of a held partition, so the reader is always moved: by
    /// itself librdkafka would go on at its application position, which an end of partition taken by
    /// the batch call has put one beyond the next message.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] naming the partition.
    pub fn pause(&self, topic: &str, number: i32, offset: Option<i64>) -> Result<bool, EngineError> {
        let inner = self.inner("pause")?;
        if !inner.is_assigned(topic, number) {
            return Ok(false);
        }
        inner.commit_beside();
        let _reader = inner.reader.lock();
        inner.stop(topic, number)?;
        let target = offset.or_else(|| inner.position(topic, number));
        let moved = target.map_or(Ok(()), |offset| inner.move_reader(topic, number, offset));
        if let (Err(_), Some(offset), Some(state)) = (&moved, target, inner.known(topic, number)) {
            state.owe_seek(offset);
        }
        // Not before: what a poll has on its way would not know its place.
        inner.aside.forget(topic, number);
        moved.map(|()| true)
    }

    /// Holds a partition for a run that polling does not wait for: delivers nothing more until
    /// [`Connection::resume`]. What was fetched is kept, and reading goes on up to the partition's share of
    /// `queued.max.messages.kbytes`. Between two polls only. Returns false, having done nothing, when the
    /// partition is not assigned.
    ///
    /// The reader stays where it is, so nothing is committed, here or when it goes on: brief runs would ask for
    /// more commits than a broker answers.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`].
    pub fn hold(&self, topic: &str, number: i32) -> Result<bool, EngineError> {
        let inner = self.inner("hold")?;
        let assigned = inner.is_assigned(topic, number);
        if assigned {
            inner.aside.hold(topic, number);
        }
        Ok(assigned)
    }

    /// Fetches again at once; commits stored marks asynchronously first, unless the partition was only held, and
    /// moves the reader where a pause failed to. Returns false when the partition is not assigned.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] naming the partition.
    pub fn resume(&self, topic: &str, number: i32) -> Result<bool, EngineError> {
        let inner = self.inner("resume")?;
        if !inner.is_assigned(topic, number) {
            return Ok(false);
        }
        let state = inner.known(topic, number);
        let moves = state.as_ref().is_some_and(|state| state.owed_seek().is_some());
        if moves || !inner.aside.has(topic, number) {
            inner.commit_beside();
        }
        let _reader = inner.reader.lock();
        if state.as_ref().is_some_and(|state| state.is_paused()) {
            // Paused anew since its pause was lifted: that one has a resume of its own.
            return Ok(true);
        }
        if let Some(offset) = state.and_then(|state| state.owed_seek()) {
            inner.move_reader(topic, number, offset)?;
        }
        if inner.aside.go_on(topic, number) {
            return Ok(true);
        }
        inner.let_go(topic, number)?;
        if let Some(position) = inner.position(topic, number) {
            // To where the reader is anyhow: librdkafka lets a broker's thread that has nothing to fetch sleep
            // up to a second, and wakes it for a seek (`rd_kafka_toppar_set_fetch_state`), not for this. One
            // that fails leaves the reader in the same place, so nobody need know.
            let _ = inner.move_reader(topic, number, position);
        }
        Ok(true)
    }

    /// The partitions whose pause is over, those that were given away while paused among them; each is
    /// returned once and must be resumed.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`].
    pub fn lift_pauses(&self) -> Result<Vec<Arc<Partition>>, EngineError> {
        let inner = self.inner("lift_pauses")?;
        let now = Instant::now();
        let mut lifted = std::mem::take(&mut *inner.given_away_paused.lock());
        lifted.extend(inner.partitions.lock().values().filter(|state| state.lift_pause(now)).cloned());
        Ok(lifted)
    }

    /// The partitions of periodic topics that tick now. Only asks.
    ///
    /// # Errors
    /// [`EngineError::ConsumerClosed`].
    pub fn due_ticks(&self) -> Result<Vec<Arc<Partition>>, EngineError> {
        let inner = self.inner("due_ticks")?;
        // Each is asked whether the group has taken it away, which is a native call.
        let mut states: Vec<_> =
            inner.partitions.lock().values().filter(|state| state.is_periodic()).cloned().collect();
        let now = Instant::now();
        states.retain(|state| state.is_tick_due(now));
        Ok(states)
    }

    /// Moves the reader to `offset` (-2 earliest, -1 latest), unless it is there already: a seek to the
    /// current position would throw prefetched messages away.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] naming the partition; the position is unchanged then.
    pub fn seek(&self, topic: &str, number: i32, offset: i64) -> Result<(), EngineError> {
        let inner = self.inner("seek")?;
        let _reader = inner.reader.lock();
        inner.seek(topic, number, offset)
    }
}

impl Inner {
    /// librdkafka fetches nothing of the partition any more. The caller holds the lock of readers.
    fn stop(&self, topic: &str, number: i32) -> Result<(), EngineError> {
        self.switch(topic, number, sys::rd_kafka_pause_partitions, "pausing")
    }

    /// librdkafka fetches it again. The caller holds the lock of readers.
    fn let_go(&self, topic: &str, number: i32) -> Result<(), EngineError> {
        self.switch(topic, number, sys::rd_kafka_resume_partitions, "resuming")
    }

    fn switch(&self, topic: &str, number: i32, call: Switch, doing: &str) -> Result<(), EngineError> {
        let list = PartitionList::new([&PartitionOffset::new(topic, number)])?;
        // SAFETY: a live client and list.
        check(unsafe { call(self.handle.as_ptr(), list.as_ptr()) }, doing)?;
        self.check_each(&list, doing)
    }

    /// Polling thread, as are those below: takes what was set aside of partitions that go on, and lets those be
    /// fetched again of which nothing is left. Where somebody has the lock of readers, who may wait for this
    /// poll, that is left to the next turn.
    pub(super) fn take_aside(&self, fill: &mut Fill, limit: usize) {
        fill.take_from(&self.aside, limit);
        for key in self.aside.used_up() {
            let Some(_reader) = self.reader.try_lock() else { continue };
            let Some(place) = self.aside.finish(&key) else { continue };
            let (topic, number) = key;
            let state = self.known(&topic, number);
            let target = place.next().or_else(|| state.as_ref().and_then(|state| state.position()));
            let gone_on = self.let_go(&topic, number).and_then(|()| match target {
                Some(offset) => {
                    self.move_native_reader(&PartitionOffset::new(&*topic, number).with_offset(offset))
                }
                None => Ok(()),
            });
            if let (Err(_), Some(offset), Some(state)) = (gone_on, target, state) {
                state.owe_seek(offset);
            }
        }
    }

    /// Has librdkafka stop partitions that have their share set aside, and readers moved again where that is
    /// not known to have come first.
    pub(super) fn settle_aside(&self, fill: &mut Fill) {
        for ((topic, number), first) in fill.doubtful.drain(..) {
            if let Some(state) = self.known(&topic, number) {
                state.drop_fetched(first);
            }
        }
        // Outside of the loop, through which a lock in its head would be held.
        let sharing = self.assigned.lock().len();
        for key in self.aside.beyond_share(sharing) {
            let Some(_reader) = self.reader.try_lock() else { continue };
            if self.stop(&key.0, key.1).is_ok() {
                self.aside.stopped(&key);
            }
        }
    }

    /// A held partition must not leave marks behind; a commit that fails here is made again later.
    fn commit_beside(&self) {
        // Ownership may be gone, or nothing stored: neither concerns whoever pauses or resumes.
        let _ = self.commit_soon();
    }

    fn seek(&self, topic: &str, number: i32, offset: i64) -> Result<(), EngineError> {
        let there = match self.known(topic, number) {
            Some(state) => state.stands_at(offset),
            None => self.position(topic, number) == Some(offset),
        };
        if there {
            return Ok(());
        }
        self.move_reader(topic, number, offset)
    }

    /// The next offset to be delivered, where it is known.
    fn position(&self, topic: &str, number: i32) -> Option<i64> {
        match self.known(topic, number) {
            Some(state) => state.position(),
            None => self.fill.lock().delivered(topic, number).map(|delivered| delivered.next),
        }
    }

    /// Before a poll: moves readers to where they are owed to go.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] naming the partition; it is owed again then, and nothing of it handed over.
    pub(super) fn pay_seeks(&self) -> Result<(), EngineError> {
        let owing: Vec<_> =
            self.partitions.lock().values().filter(|state| state.owes_seek()).cloned().collect();
        for state in owing {
            let _reader = self.reader.lock();
            // Somebody may have moved it while this waited.
            if let Some(offset) = state.owed_seek() {
                self.move_reader(state.topic(), state.number(), offset)?;
            }
        }
        Ok(())
    }

    fn move_reader(&self, topic: &str, number: i32, offset: i64) -> Result<(), EngineError> {
        let target = PartitionOffset::new(topic, number).with_offset(offset);
        self.end_takeover(topic, number);
        let Some(state) = self.known(topic, number) else {
            return self.move_native_reader(&target);
        };
        state.begin_move();
        self.aside.begin_move(topic, number);
        let moved = self.move_native_reader(&target);
        self.aside.end_move(topic, number);
        match moved {
            Ok(()) => state.end_move(offset),
            Err(_) => state.fail_move(),
        }
        moved
    }

    /// With a leader epoch librdkafka compares the target with the log, and may go elsewhere. The caller holds
    /// the lock of readers.
    pub(super) fn move_native_reader(&self, target: &PartitionOffset) -> Result<(), EngineError> {
        let list = PartitionList::new([target])?;
        let milliseconds = i32::try_from(SEEK_TIMEOUT.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: a live client and list; the returned error is ours.
        let error = unsafe {
            KafkaError::take(sys::rd_kafka_seek_partitions(self.handle.as_ptr(), list.as_ptr(), milliseconds))
        };
        if let Some(error) = error {
            return Err(error.during("seeking").at(&target.topic, target.partition).into());
        }
        self.check_each(&list, "seeking")
    }

    fn check_each(&self, list: &PartitionList, doing: &str) -> Result<(), EngineError> {
        match list.to_vec().into_iter().find_map(|partition| partition.error) {
            Some(error) => Err(error.during(doing).into()),
            None => Ok(()),
        }
    }
}

/// A partition's state, for those who only hold the connection.
impl Connection {
    /// The known state of an assigned partition.
    pub fn known_partition(&self, topic: &str, number: i32) -> Option<Arc<Partition>> {
        self.inner("partition").ok()?.known(topic, number)
    }
}
