//! Batches that go from a poll straight to a worker, and what makes them stop there.

#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use karafka_engine::client::Settings;
use karafka_engine::connection::{Connection, Patience, PollLimits, Shortcut};
use karafka_engine::jobs::{Jobs, Taken};
use karafka_engine::partition::{Backoff, Features, Outcome};
use rdkafka::config::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};

type Cluster = MockCluster<'static, DefaultProducerContext>;

const DEADLINE: Duration = Duration::from_secs(20);
const LIMITS: PollLimits =
    PollLimits { max_messages: 10, max_wait: Duration::from_millis(100), linger: Some(Duration::ZERO) };
const BACKOFF: Backoff =
    Backoff { timeout: Duration::from_secs(1), max_timeout: Duration::from_secs(1), exponential: false };
const SEAT: u64 = 7;

fn produce(broker: &Cluster, count: usize) {
    let producer: BaseProducer =
        ClientConfig::new().set("bootstrap.servers", broker.bootstrap_servers()).create().unwrap();
    for number in 0..count {
        let payload = number.to_string();
        producer.send(BaseRecord::<str, str>::to("orders").partition(0).payload(&payload)).unwrap();
    }
    producer.flush(DEADLINE).unwrap();
}

/// A member that has its partition; nothing of it was polled.
fn member(broker: &Cluster) -> Connection {
    let mut settings = Settings::default();
    settings.set("bootstrap.servers", broker.bootstrap_servers());
    settings.set("group.id", "readers");
    settings.set("auto.offset.reset", "earliest");
    settings.set("session.timeout.ms", "6000");
    let connection = Connection::new(&settings).unwrap();
    connection.subscribe(&["orders".to_owned()]).unwrap();
    let (until, never) = (Instant::now() + DEADLINE, AtomicBool::new(false));
    while connection.assignment().is_empty() && Instant::now() < until {
        connection.poll(LIMITS).unwrap();
        while let Some(rebalance) = connection.rebalance().unwrap() {
            connection.answer(&rebalance, Patience { timeout: DEADLINE, ended: &never }).unwrap();
        }
    }
    while connection.event(Duration::ZERO).unwrap().is_some() {}
    connection
}

/// Works off what comes and tells its offsets, until the queue is closed.
fn worker(jobs: &Jobs, connection: &Connection) -> Vec<i64> {
    let (mut offsets, mut woken) = (Vec::new(), false);
    loop {
        match jobs.take(woken) {
            Taken::Job(job) => {
                let direct = jobs.direct(job).unwrap();
                assert_eq!(direct.seat, SEAT);
                let state = connection.known_partition("orders", 0).unwrap();
                state.enter_run();
                offsets.extend(direct.batch.offsets());
                assert!(state.end_lane(Outcome::Succeeded).is_empty());
                jobs.complete(job);
                woken = false;
            }
            Taken::Enough => return offsets,
            Taken::Nothing => woken = jobs.sleep(&AtomicBool::new(false)),
        }
    }
}

fn cluster() -> Cluster {
    let broker = Cluster::new(1).unwrap();
    broker.create_topic("orders", 1, 1).unwrap();
    broker
}

#[test]
fn a_seated_partitions_messages_reach_the_worker_in_order_and_are_marked() {
    let broker = cluster();
    produce(&broker, 100);
    let (connection, jobs) = (member(&broker), Jobs::new());
    let state = connection.partition("orders", 0, Features::default(), BACKOFF).unwrap();
    state.take_seat(SEAT);
    let (heard, interrupted) = (AtomicBool::new(false), AtomicBool::new(false));
    let way = Shortcut { jobs: &jobs, group: "g", heard: &heard, interrupted: &interrupted };
    let offsets = std::thread::scope(|scope| {
        let worker = scope.spawn(|| worker(&jobs, &connection));
        let until = Instant::now() + DEADLINE;
        while state.next() != Some(100) && Instant::now() < until {
            connection.gather_past_listener(LIMITS, &way).unwrap();
            assert!(connection.hand_over().unwrap().batches.is_empty(), "left to the listener");
            while connection.event(Duration::ZERO).unwrap().is_some() {}
        }
        jobs.close();
        worker.join().unwrap()
    });
    assert_eq!(offsets, (0..100).collect::<Vec<_>>());
    assert!(!state.has_store(), "marks that wait to be stored");
    assert!(jobs.directs().is_empty());
}

#[test]
fn what_nobody_sits_for_or_somebody_listens_to_is_left_to_the_listener() {
    let broker = cluster();
    produce(&broker, 10);
    let (connection, jobs) = (member(&broker), Jobs::new());
    let state = connection.partition("orders", 0, Features::default(), BACKOFF).unwrap();
    let (heard, interrupted) = (AtomicBool::new(false), AtomicBool::new(false));
    let way = Shortcut { jobs: &jobs, group: "g", heard: &heard, interrupted: &interrupted };
    let left = || {
        let until = Instant::now() + DEADLINE;
        loop {
            connection.gather_past_listener(LIMITS, &way).unwrap();
            let batches = connection.hand_over().unwrap().batches;
            if !batches.is_empty() || Instant::now() > until {
                return batches.iter().flat_map(|batch| batch.offsets()).collect::<Vec<_>>();
            }
        }
    };
    assert!(!left().is_empty(), "without a seat");
    state.take_seat(SEAT);
    heard.store(true, Ordering::Relaxed);
    produce(&broker, 1);
    assert!(!left().is_empty(), "heard");
    assert!(jobs.directs().is_empty());
}
