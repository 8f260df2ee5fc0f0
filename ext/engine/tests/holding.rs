//! What a connection makes of a partition that is held while polling goes on.

#![allow(clippy::unwrap_used)]

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use karafka_engine::client::Settings;
use karafka_engine::connection::{Connection, Patience, PollLimits};
use karafka_engine::partition::{Backoff, Features};
use rdkafka::config::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};

type Cluster = MockCluster<'static, DefaultProducerContext>;

const DEADLINE: Duration = Duration::from_secs(20);
const LIMITS: PollLimits = PollLimits { max_messages: 3, max_wait: Duration::from_millis(50), linger: None };
const BACKOFF: Backoff =
    Backoff { timeout: Duration::from_secs(1), max_timeout: Duration::from_secs(1), exponential: false };

fn produce(broker: &Cluster, count: usize) {
    let producer: BaseProducer =
        ClientConfig::new().set("bootstrap.servers", broker.bootstrap_servers()).create().unwrap();
    for number in 0..count {
        let payload = number.to_string();
        producer.send(BaseRecord::<str, str>::to("orders").partition(0).payload(&payload)).unwrap();
    }
    producer.flush(DEADLINE).unwrap();
}

/// The only member of its group, which has delivered nothing yet of `count` messages.
fn member(broker: &Cluster, count: usize, kilobytes: &str) -> Connection {
    broker.create_topic("orders", 1, 1).unwrap();
    produce(broker, count);
    let mut settings = Settings::default();
    settings.set("bootstrap.servers", broker.bootstrap_servers());
    settings.set("group.id", "readers");
    settings.set("auto.offset.reset", "earliest");
    settings.set("queued.max.messages.kbytes", kilobytes);
    let connection = Connection::new(&settings).unwrap();
    connection.subscribe(&["orders".to_owned()]).unwrap();
    let until = Instant::now() + DEADLINE;
    while connection.assignment().is_empty() && Instant::now() < until {
        connection.poll(LIMITS).unwrap();
        while let Some(rebalance) = connection.rebalance().unwrap() {
            let patience = Patience { timeout: DEADLINE, ended: &AtomicBool::new(false) };
            connection.answer(&rebalance, patience).unwrap();
        }
    }
    connection.partition("orders", 0, Features::default(), BACKOFF).unwrap();
    connection
}

/// The offsets of the next batch; none if nothing comes.
fn delivered(connection: &Connection, within: Duration) -> Vec<i64> {
    let until = Instant::now() + within;
    while Instant::now() < until {
        if let Some(batch) = connection.poll(LIMITS).unwrap().batches.first() {
            return batch.offsets().collect();
        }
    }
    Vec::new()
}

/// Polls until what was fetched has come by, and sees that nothing of it is delivered.
fn delivers_nothing(connection: &Connection) {
    for _ in 0..5 {
        assert!(connection.poll(LIMITS).unwrap().batches.is_empty());
    }
}

#[test]
fn what_was_fetched_is_kept_while_its_partition_is_held_and_comes_in_order_afterwards() {
    let broker = MockCluster::new(1).unwrap();
    let connection = member(&broker, 10, "65536");
    assert_eq!(delivered(&connection, DEADLINE), [0, 1, 2]);
    assert!(connection.hold("orders", 0).unwrap());
    delivers_nothing(&connection);
    // From here on the broker answers nobody.
    broker.broker_round_trip_time(1, DEADLINE * 2).unwrap();
    for expected in [vec![3, 4, 5], vec![6, 7, 8], vec![9]] {
        assert!(connection.resume("orders", 0).unwrap());
        assert_eq!(delivered(&connection, DEADLINE), expected);
        assert!(connection.hold("orders", 0).unwrap());
        delivers_nothing(&connection);
    }
    connection.close(Duration::from_millis(1));
}

#[test]
fn beyond_its_share_of_memory_a_held_partition_is_stopped_and_read_on_where_it_was() {
    let broker = MockCluster::new(1).unwrap();
    let connection = member(&broker, 60, "2");
    let mut offsets = delivered(&connection, DEADLINE);
    while offsets.len() < 60 {
        assert!(connection.hold("orders", 0).unwrap());
        delivers_nothing(&connection);
        assert!(connection.resume("orders", 0).unwrap());
        let more = delivered(&connection, DEADLINE);
        assert!(!more.is_empty(), "nothing after {offsets:?}");
        offsets.extend(more);
    }
    assert_eq!(offsets, (0..60).collect::<Vec<_>>());
    // New ones come without anybody's doing: nothing is left of the hold.
    produce(&broker, 1);
    assert_eq!(delivered(&connection, DEADLINE), [60]);
    connection.close(Duration::from_secs(1));
}

#[test]
fn a_seek_or_a_pause_drops_what_was_set_aside_and_goes_on_where_it_went() {
    let seek = |connection: &Connection| connection.seek("orders", 0, 1).unwrap();
    let pause = |connection: &Connection| assert!(connection.pause("orders", 0, Some(1)).unwrap());
    for (kilobytes, leave) in [("65536", &seek as &dyn Fn(&Connection)), ("65536", &pause), ("1", &seek)] {
        let broker = MockCluster::new(1).unwrap();
        let connection = member(&broker, 10, kilobytes);
        assert_eq!(delivered(&connection, DEADLINE), [0, 1, 2]);
        assert!(connection.hold("orders", 0).unwrap());
        delivers_nothing(&connection);
        leave(&connection);
        delivers_nothing(&connection);
        assert!(connection.resume("orders", 0).unwrap());
        let mut offsets = Vec::new();
        while offsets.len() < 9 {
            offsets.extend(delivered(&connection, DEADLINE));
        }
        assert_eq!(offsets, (1..10).collect::<Vec<_>>());
        connection.close(Duration::from_secs(1));
    }
}

#[test]
fn a_held_reader_that_is_moved_during_polls_goes_on_where_it_went_last() {
    let broker = MockCluster::new(1).unwrap();
    let connection = member(&broker, 2_000, "65536");
    assert_eq!(delivered(&connection, DEADLINE), [0, 1, 2]);
    // Many at once, so that most moves meet some on their way.
    let limits = PollLimits { max_messages: 1_000, ..LIMITS };
    for target in [1_700, 1_800, 1_900] {
        assert!(connection.hold("orders", 0).unwrap());
        std::thread::scope(|threads| {
            let moving = threads.spawn(|| {
                for turn in 0..200 {
                    connection.seek("orders", 0, turn * 7).unwrap();
                }
                connection.seek("orders", 0, target).unwrap();
            });
            while !moving.is_finished() {
                assert!(connection.poll(limits).unwrap().batches.is_empty());
            }
            moving.join().unwrap();
        });
        assert!(connection.resume("orders", 0).unwrap());
        assert_eq!(delivered(&connection, DEADLINE).first(), Some(&target));
    }
    connection.close(Duration::from_secs(1));
}
