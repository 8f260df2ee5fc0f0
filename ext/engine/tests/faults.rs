//! What a connection makes of a broker that answers late, and of readers that are moved at any time.

#![allow(clippy::unwrap_used)]

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use karafka_engine::client::{PartitionOffset, Settings};
use karafka_engine::connection::{Connection, Patience, PollLimits};
use karafka_engine::error::EngineError;
use karafka_engine::partition::{Backoff, Features};
use rdkafka::config::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};

type Cluster = MockCluster<'static, DefaultProducerContext>;

const DEADLINE: Duration = Duration::from_secs(20);
const LIMITS: PollLimits =
    PollLimits { max_messages: 100, max_wait: Duration::from_millis(100), linger: None };
const BACKOFF: Backoff =
    Backoff { timeout: Duration::from_secs(1), max_timeout: Duration::from_secs(1), exponential: false };

fn patience(ended: &AtomicBool, timeout: Duration) -> Patience<'_> {
    Patience { timeout, ended }
}

fn produce(broker: &Cluster, topic: &str) {
    let producer: BaseProducer =
        ClientConfig::new().set("bootstrap.servers", broker.bootstrap_servers()).create().unwrap();
    for number in 0..10 {
        let payload = number.to_string();
        producer.send(BaseRecord::<str, str>::to(topic).partition(0).payload(&payload)).unwrap();
    }
    producer.flush(DEADLINE).unwrap();
}

fn member(broker: &Cluster, topic: &str) -> Connection {
    let mut settings = Settings::default();
    settings.set("bootstrap.servers", broker.bootstrap_servers());
    settings.set("group.id", "readers");
    settings.set("auto.offset.reset", "earliest");
    settings.set("session.timeout.ms", "6000");
    settings.set("heartbeat.interval.ms", "300");
    let connection = Connection::new(&settings).unwrap();
    connection.subscribe(&[topic.to_owned()]).unwrap();
    connection
}

/// Takes the partition, and nothing of it yet: librdkafka refuses to move a reader that still waits for
/// the committed offset.
fn assigned(broker: &Cluster, connection: &Connection, topic: &str) {
    let until = Instant::now() + DEADLINE;
    while connection.assignment().is_empty() && Instant::now() < until {
        connection.poll(LIMITS).unwrap();
        while let Some(rebalance) = connection.rebalance().unwrap() {
            broker.broker_round_trip_time(1, Duration::from_millis(500)).unwrap();
            connection.answer(&rebalance, patience(&AtomicBool::new(false), DEADLINE)).unwrap();
        }
    }
    connection.partition(topic, 0, Features::default(), BACKOFF).unwrap();
}

#[test]
fn a_reader_that_a_pause_could_not_move_is_moved_before_it_is_resumed() {
    let broker = MockCluster::new(1).unwrap();
    broker.create_topic("orders", 1, 1).unwrap();
    produce(&broker, "orders");
    let connection = member(&broker, "orders");
    assigned(&broker, &connection, "orders");
    let refused = connection.pause("orders", 0, Some(5));
    assert!(refused.is_err(), "the reader had not begun: {refused:?}");

    let (mut first, until) = (None, Instant::now() + DEADLINE);
    let mut resumed = false;
    while first.is_none() && Instant::now() < until {
        resumed = resumed || connection.resume("orders", 0).is_ok();
        let polled = connection.poll(LIMITS).unwrap();
        first = polled.batches.first().and_then(|batch| batch.first_offset());
    }
    assert_eq!(first, Some(5));
    connection.close(Duration::from_secs(1));
}

/// The first offset of the next batch.
fn next_first(connection: &Connection) -> Option<i64> {
    let until = Instant::now() + DEADLINE;
    while Instant::now() < until {
        let polled = connection.poll(LIMITS).unwrap();
        if let Some(batch) = polled.batches.first() {
            return batch.first_offset();
        }
    }
    None
}

/// The only member of a group, on an empty topic.
fn joined(broker: &Cluster) -> Connection {
    broker.create_topic("orders", 1, 1).unwrap();
    let connection = member(broker, "orders");
    assigned(broker, &connection, "orders");
    connection
}

/// All ten messages are gathered, and not handed over yet.
fn gathered(broker: &Cluster) -> Connection {
    let connection = joined(broker);
    produce(broker, "orders");
    while !connection.gather(PollLimits { max_messages: 10, max_wait: DEADLINE, linger: None }).unwrap() {}
    connection
}

#[test]
fn a_long_poll_comes_back_for_events_and_keeps_what_it_has() {
    let broker = MockCluster::new(1).unwrap();
    let connection = joined(&broker);
    let limits = PollLimits { max_messages: 20, max_wait: DEADLINE, linger: None };
    assert!(!connection.gather(limits).unwrap(), "nothing came, and its time is not over");
    produce(&broker, "orders");
    assert!(!connection.gather(limits).unwrap(), "ten of twenty are there");
    produce(&broker, "orders");
    while !connection.gather(limits).unwrap() {}
    let batches = connection.hand_over().unwrap().batches;
    assert_eq!(batches.iter().map(|batch| batch.offsets().count()).collect::<Vec<_>>(), [20]);
    // The next one has time of its own.
    let short = PollLimits { max_wait: Duration::from_millis(1_500), ..limits };
    assert!(!connection.gather(short).unwrap());
    assert!(connection.gather(short).unwrap(), "its time is over");
    connection.close(Duration::from_secs(1));
}

#[test]
fn a_seek_during_a_poll_drops_what_that_has_gathered_and_goes_on_where_it_went() {
    for target in [0, 3] {
        let broker = MockCluster::new(1).unwrap();
        let connection = gathered(&broker);
        connection.seek("orders", 0, target).unwrap();
        let polled = connection.hand_over().unwrap();
        assert!(polled.batches.is_empty() && polled.ends.is_empty(), "gathered before the seek to {target}");
        assert_eq!(next_first(&connection), Some(target));
        connection.close(Duration::from_secs(1));
    }
}

#[test]
fn a_pause_during_a_poll_drops_what_that_has_gathered_and_the_resume_fetches_it_again() {
    let broker = MockCluster::new(1).unwrap();
    let connection = gathered(&broker);
    let state = connection.partition("orders", 0, Features::default(), BACKOFF).unwrap();
    state.pause(Instant::now(), Some(DEADLINE), true);
    connection.pause("orders", 0, Some(4)).unwrap();
    assert!(connection.hand_over().unwrap().batches.is_empty());
    assert!(connection.poll(LIMITS).unwrap().batches.is_empty(), "it rests");
    state.expire_pause(Instant::now());
    assert_eq!(connection.lift_pauses().unwrap().len(), 1);
    connection.resume("orders", 0).unwrap();
    assert_eq!(next_first(&connection), Some(4));
    connection.close(Duration::from_secs(1));
}

#[test]
fn a_commit_that_is_not_answered_in_time_is_a_transient_failure_and_its_mark_is_committed_later() {
    let broker = MockCluster::new(1).unwrap();
    let connection = joined(&broker);
    let state = connection.partition("orders", 0, Features::default(), BACKOFF).unwrap();
    state.begin_batch(0, 9, false);
    state.mark(4, None, None);
    let ended = AtomicBool::new(false);
    let late = connection.commit(true, patience(&ended, Duration::from_millis(50)));
    assert!(matches!(&late, Err(EngineError::Kafka(error)) if error.name() == "timed_out"), "{late:?}");

    broker.broker_round_trip_time(1, Duration::ZERO).unwrap();
    assert!(connection.commit(true, patience(&ended, DEADLINE)).unwrap());
    let place = [PartitionOffset::new("orders", 0)];
    assert_eq!(connection.committed(&place, DEADLINE).unwrap()[0].offset, Some(5));
    connection.close(Duration::from_secs(1));
}

/// What is committed of the partition, once something is.
fn committed(connection: &Connection) -> Option<i64> {
    let until = Instant::now() + DEADLINE;
    let place = [PartitionOffset::new("orders", 0)];
    let asked = || connection.committed(&place, DEADLINE).unwrap()[0].offset.filter(|offset| *offset >= 0);
    std::iter::repeat_with(asked).take_while(|_| Instant::now() < until).flatten().next()
}

#[test]
fn a_mark_of_what_is_not_ours_is_found_out_beside_one_that_is_stored() {
    let broker = MockCluster::new(1).unwrap();
    broker.create_topic("others", 1, 1).unwrap();
    let connection = joined(&broker);
    let [ours, foreign] = ["orders", "others"].map(|topic| {
        let state = connection.partition(topic, 0, Features::default(), BACKOFF).unwrap();
        state.begin_batch(0, 9, false);
        state.mark(4, None, None);
        state
    });
    connection.store_marks().unwrap();
    assert!(foreign.is_revoked() && !ours.is_revoked());
    assert!(connection.commit(true, patience(&AtomicBool::new(false), DEADLINE)).unwrap());
    assert_eq!(committed(&connection), Some(5));
    connection.close(Duration::from_secs(1));
}

#[test]
fn a_pause_and_a_resume_commit_what_was_marked_before() {
    let broker = MockCluster::new(1).unwrap();
    let connection = gathered(&broker);
    assert_eq!(connection.hand_over().unwrap().batches.len(), 1);
    broker.broker_round_trip_time(1, Duration::ZERO).unwrap();
    let state = connection.partition("orders", 0, Features::default(), BACKOFF).unwrap();
    state.begin_batch(0, 9, false);
    state.mark(4, None, None);
    connection.pause("orders", 0, Some(5)).unwrap();
    assert_eq!(committed(&connection), Some(5));
    state.mark(7, None, None);
    connection.resume("orders", 0).unwrap();
    let until = Instant::now() + DEADLINE;
    while committed(&connection) != Some(8) && Instant::now() < until {}
    assert_eq!(committed(&connection), Some(8));
    connection.close(Duration::from_secs(1));
}
