//! Messages on their way from librdkafka's queue into batches.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka_sys as sys;

use super::aside::{Aside, Key};
use super::fetched::Fetched;
use super::poll::Begun;
use super::takeover::First;
use crate::batch::{ArenaPool, Batch, Builder};
use crate::client::Queue;
use crate::error::{error_description, text, KafkaError};

/// The end of a partition, reached at `offset` (the next to be written).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionEnd {
    /// The topic's name.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The next offset to be written there.
    pub offset: i64,
}

/// Messages of one partition behind each other, as a fetch answers them: the topic's handle stands for
/// its name, which is only sound among messages that are live at the same time.
struct Run {
    topic: *mut sys::rd_kafka_topic_t,
    partition: i32,
    builder: usize,
}

/// How far a partition was delivered.
#[derive(Debug, Clone)]
pub(super) struct Delivered {
    /// The next offset to be delivered.
    pub(super) next: i64,
    /// The first offset of each leader epoch of the last batch.
    pub(super) epochs: Vec<(i64, i32)>,
}

/// What a poll gathers. Kept by the connection, so that an interrupted poll loses nothing.
#[derive(Default)]
pub(super) struct Fill {
    builders: Vec<Builder>,
    pub(super) ends: Vec<PartitionEnd>,
    pub(super) errors: Vec<KafkaError>,
    /// Errors to be told, and one that polling did not get over.
    pub(super) reports: Vec<KafkaError>,
    pub(super) failure: Option<KafkaError>,
    /// Partitions of which messages were dropped, as their reader was moved meanwhile, with the first offset.
    pub(super) doubtful: Vec<(Key, i64)>,
    /// The poll that gathers, where it is not over.
    pub(super) begun: Option<Begun>,
    /// What was delivered last, of every partition that delivered.
    delivered: HashMap<(Arc<str>, i32), Delivered>,
    messages: usize,
    pool: ArenaPool,
    /// Empty between calls.
    buffer: Vec<Fetched>,
}

/// Messages of one native call at most: what a user asks for beyond is taken in several, so that no
/// number in the settings can ask for more memory than there is.
const AT_ONCE: usize = 10_000;

impl Fill {
    pub(super) fn messages(&self) -> usize {
        self.messages
    }

    /// Whether nothing of an interrupted poll is left.
    pub(super) fn is_empty(&self) -> bool {
        self.messages == 0 && self.ends.is_empty()
    }

    /// Takes up to `limit` messages, waiting up to `timeout` until that many are there (the native call
    /// returns earlier when its queue is woken). Those of held partitions go aside. Returns how many other
    /// entries came, errors included.
    pub(super) fn take(&mut self, queue: &Queue, aside: &Aside, limit: usize, timeout: Duration) -> usize {
        let mut buffer = std::mem::take(&mut self.buffer);
        let moves = aside.moves();
        receive(queue, limit.min(AT_ONCE), timeout, &mut buffer);
        self.doubtful.extend(aside.sort_out(&mut buffer, moves));
        let taken = buffer.len();
        self.accept_all(&mut buffer);
        self.buffer = buffer;
        taken
    }

    /// Takes up to `limit` of the messages that were set aside and may be used now.
    pub(super) fn take_from(&mut self, aside: &Aside, limit: usize) {
        self.accept_all(&mut aside.take(limit));
    }

    fn accept_all(&mut self, fetched: &mut Vec<Fetched>) {
        let mut run = None;
        for message in fetched.drain(..) {
            // SAFETY: live until the end of its turn, as all that follow are.
            unsafe { self.accept(message.as_ptr(), &mut run) };
        }
    }

    /// # Safety
    /// `message` is live, and `run` comes from other messages that were live beside it.
    unsafe fn accept(&mut self, message: *mut sys::rd_kafka_message_t, run: &mut Option<Run>) {
        // SAFETY: the caller's promise.
        unsafe {
            let fetched = &*message;
            match fetched.err as i32 {
                0 => self.push(message, run),
                code if code == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__PARTITION_EOF as i32 => {
                    let topic = topic_of(fetched).unwrap_or_default();
                    self.delivered
                        .entry((topic.as_str().into(), fetched.partition))
                        .and_modify(|delivered| delivered.next = fetched.offset)
                        .or_insert(Delivered { next: fetched.offset, epochs: Vec::new() });
                    self.ends.push(PartitionEnd {
                        topic,
                        partition: fetched.partition,
                        offset: fetched.offset,
                    });
                }
                code => {
                    // The payload of an error is its text; only some of librdkafka's say where.
                    let reason = text(sys::rd_kafka_message_errstr(message))
                        .unwrap_or_else(|| error_description(code));
                    let (topic, partition) =
                        (topic_of(fetched), (fetched.partition >= 0).then_some(fetched.partition));
                    self.errors.push(KafkaError {
                        broker_message: Some(placed(reason, topic.as_deref(), partition)),
                        topic,
                        partition,
                        offset: (fetched.offset >= 0).then_some(fetched.offset),
                        ..KafkaError::of(code)
                    });
                }
            }
        }
    }

    /// # Safety
    /// As [`Fill::accept`]; the message is without error.
    unsafe fn push(&mut self, message: *mut sys::rd_kafka_message_t, run: &mut Option<Run>) {
        // SAFETY: the caller's promise.
        unsafe {
            let fetched = &*message;
            let index = match run {
                Some(run) if run.topic == fetched.rkt && run.partition == fetched.partition => run.builder,
                _ => self.builder_of(fetched),
            };
            *run = Some(Run { topic: fetched.rkt, partition: fetched.partition, builder: index });
            self.builders[index].push(message);
            self.messages += 1;
        }
    }

    /// # Safety
    /// `fetched` is live and without error, so it has a topic.
    unsafe fn builder_of(&mut self, fetched: &sys::rd_kafka_message_t) -> usize {
        // SAFETY: the caller's promise; the name lives as long as the topic.
        let name = unsafe { std::ffi::CStr::from_ptr(sys::rd_kafka_topic_name(fetched.rkt)) }.to_bytes();
        let found = self.builders.iter().rposition(|builder| {
            builder.partition() == fetched.partition && builder.topic().as_bytes() == name
        });
        found.unwrap_or_else(|| {
            let topic: Arc<str> = String::from_utf8_lossy(name).into();
            self.builders.push(Builder::new(topic, fetched.partition, self.pool.clone()));
            self.builders.len() - 1
        })
    }

    /// The batches of everything gathered; `received_at` is in milliseconds since the epoch.
    pub(super) fn finish(&mut self, received_at: i64) -> Vec<Batch> {
        self.messages = 0;
        let builders = std::mem::take(&mut self.builders);
        builders
            .into_iter()
            .filter(|builder| !builder.is_empty())
            .map(|builder| builder.finish(received_at))
            .collect()
    }

    /// The first message of each partition.
    pub(super) fn firsts(&self) -> Vec<First> {
        self.builders.iter().filter_map(First::of).collect()
    }

    /// Remembers how far a partition was delivered.
    pub(super) fn deliver(&mut self, topic: &str, partition: i32, delivered: Delivered) {
        self.delivered.insert((topic.into(), partition), delivered);
    }

    pub(super) fn delivered(&self, topic: &str, partition: i32) -> Option<&Delivered> {
        self.delivered.get(&(Arc::from(topic), partition))
    }

    /// Drops everything of a partition that is not ours any more.
    pub(super) fn forget(&mut self, topic: &str, partition: i32) {
        let fits = |builder: &Builder| builder.partition() == partition && builder.topic() == topic;
        self.messages -=
            self.builders.iter().filter(|builder| fits(builder)).map(Builder::len).sum::<usize>();
        self.builders.retain(|builder| !fits(builder));
        self.ends.retain(|end| end.partition != partition || end.topic != topic);
        self.delivered.remove(&(Arc::from(topic), partition));
    }
}

/// Takes and throws away for up to `timeout`; rebalances on the way are noted by the callback.
pub(super) fn discard(queue: &Queue, timeout: Duration) {
    receive(queue, 1, timeout, &mut Vec::new());
}

/// Fills `buffer` with owned messages.
fn receive(queue: &Queue, limit: usize, timeout: Duration, buffer: &mut Vec<Fetched>) {
    buffer.clear();
    buffer.reserve(limit);
    let milliseconds = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: the buffer has room for `limit` pointers, which is what messages are; the call tells how many it
    // wrote, and gives them away.
    unsafe {
        let room = buffer.as_mut_ptr().cast();
        let taken = sys::rd_kafka_consume_batch_queue(queue.as_ptr(), milliseconds, room, limit);
        buffer.set_len(usize::try_from(taken).unwrap_or(0));
    }
}

/// A reason that names its topic and, where there is one, its partition.
fn placed(reason: String, topic: Option<&str>, partition: Option<i32>) -> String {
    match (topic, partition) {
        (Some(topic), Some(partition)) => format!("{topic}/{partition}: {reason}"),
        (Some(topic), None) if !reason.contains(topic) => format!("{topic}: {reason}"),
        _ => reason,
    }
}

fn topic_of(message: &sys::rd_kafka_message_t) -> Option<String> {
    if message.rkt.is_null() {
        return None;
    }
    // SAFETY: the topic handle lives as long as the message.
    text(unsafe { sys::rd_kafka_topic_name(message.rkt) })
}
