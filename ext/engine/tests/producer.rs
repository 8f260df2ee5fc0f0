//! What becomes of messages, counted: each gets one report, and nothing keeps it afterwards. Runs under
//! Valgrind as well (`valgrind --leak-check=full`).

#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use karafka_engine::client::{PartitionList, PartitionOffset, Settings};
use karafka_engine::connection::Connection;
use karafka_engine::producer::{
    Delivery, Happening, Headers, Outgoing, Placement, Poller, Producer, TopicSettings,
};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;

type Cluster = MockCluster<'static, DefaultProducerContext>;

const DEADLINE: Duration = Duration::from_secs(60);
const TURN: Duration = Duration::from_millis(100);

fn cluster() -> Cluster {
    let broker = MockCluster::new(1).unwrap();
    broker.create_topic("orders", 2, 1).unwrap();
    broker
}

fn settings(broker: &Cluster) -> Settings {
    let mut settings = Settings::default();
    settings.set("bootstrap.servers", broker.bootstrap_servers());
    settings
}

fn producer(broker: &Cluster, observed: bool) -> Arc<Producer> {
    let settings = settings(broker);
    Arc::new(Producer::open(settings, Arc::new(AtomicBool::new(observed))).unwrap())
}

fn send(producer: &Producer, settings: &TopicSettings, count: usize) -> Vec<Arc<Delivery>> {
    let target = producer.target("orders", settings).unwrap();
    let sent = |number: usize| {
        let mut headers = Headers::with_capacity(1).unwrap();
        headers.add(b"trace", Some(b"a1")).unwrap();
        let message = Outgoing {
            payload: Some(b"1"),
            key: Some(b"key"),
            headers: (number % 2 == 0).then_some(headers),
            placement: Placement::Partition((number % 2) as i32),
            ..Outgoing::default()
        };
        let delivery = Arc::new(Delivery::new(Arc::clone(target.name()), false));
        producer.send(&target, message, &delivery).unwrap();
        delivery
    };
    (0..count).map(sent).collect()
}

/// Codes of what the happenings report; releases it.
fn told(happenings: impl IntoIterator<Item = Happening>) -> Vec<i32> {
    let reports = happenings.into_iter().filter_map(|happening| match happening {
        Happening::Delivered(reports) => Some(reports.deliveries),
        _ => None,
    });
    let deliveries = reports.flatten();
    deliveries
        .map(|delivery| {
            delivery.release();
            delivery.read().code
        })
        .collect()
}

fn poll_until_released(poller: &Poller, deliveries: &[Arc<Delivery>]) -> Vec<i32> {
    let (mut codes, until) = (Vec::new(), Instant::now() + DEADLINE);
    while deliveries.iter().any(|delivery| delivery.report().is_none()) && Instant::now() < until {
        codes.extend(told(poller.poll(TURN, TURN).into_iter().map(|(_, happening)| happening)));
    }
    codes
}

fn kept(deliveries: &[Arc<Delivery>]) -> usize {
    deliveries.iter().filter(|delivery| Arc::strong_count(delivery) > 1).count()
}

#[test]
fn reports_reach_whoever_observes_them_and_resolve_silently_otherwise() {
    let broker = cluster();
    for observed in [false, true] {
        let (producer, poller) = (producer(&broker, observed), Poller::new());
        poller.register(1, &producer);
        let deliveries = send(&producer, &TopicSettings::default(), 3_000);
        let codes = poll_until_released(&poller, &deliveries);
        assert_eq!(codes.len(), if observed { 3_000 } else { 0 });
        assert!(deliveries.iter().all(|delivery| delivery.report().is_some_and(|report| report.code == 0)));
        poller.unregister(1);
        producer.close();
        assert_eq!(kept(&deliveries), 0);
    }
}

#[test]
fn a_second_set_of_topic_settings_delivers_through_a_client_of_its_own() {
    let broker = cluster();
    let (producer, poller) = (producer(&broker, false), Poller::new());
    poller.register(1, &producer);
    let mut deliveries = send(&producer, &TopicSettings::default(), 10);
    let none = [("acks".to_owned(), "0".to_owned())].into_iter().collect();
    let unacknowledged = send(&producer, &none, 10);
    deliveries.extend(unacknowledged.iter().cloned());
    poll_until_released(&poller, &deliveries);
    assert!(unacknowledged.iter().all(|delivery| delivery.read().offset < 0));
    poller.unregister(1);
    producer.close();
    drop(unacknowledged);
    assert_eq!(kept(&deliveries), 0);
}

#[test]
fn what_is_on_its_way_fails_when_the_client_goes_and_is_kept_by_nobody() {
    let broker = cluster();
    broker.broker_round_trip_time(1, Duration::from_secs(30)).unwrap();
    let producer = producer(&broker, false);
    let deliveries = send(&producer, &TopicSettings::default(), 200);
    let codes = told(producer.close());
    assert_eq!(codes.len(), 200);
    assert!(codes.iter().all(|code| [-151, -152].contains(code)), "{codes:?}");
    assert_eq!(kept(&deliveries), 0);
}

#[test]
fn transactions_with_offsets_leave_nothing_behind_however_they_end() {
    let broker = cluster();
    let (mut of_producer, mut of_consumer) = (settings(&broker), settings(&broker));
    of_producer.set("transactional.id", "copies");
    of_consumer.set("group.id", "copying");
    let connection = Connection::new(&of_consumer).unwrap();
    let producer = Arc::new(Producer::open(of_producer, Arc::default()).unwrap());
    let offsets = PartitionList::new(&[PartitionOffset::new("orders", 0).with_offset(7)]).unwrap();
    producer.init_transactions(Some(DEADLINE), &AtomicBool::new(false)).unwrap();
    let poller = Arc::new(Poller::new());
    poller.register(1, &producer);
    let (over, serving) = (Arc::new(AtomicBool::new(false)), Arc::clone(&poller));
    let done = Arc::clone(&over);
    let served = std::thread::spawn(move || {
        while !done.load(Ordering::Relaxed) {
            told(serving.poll(TURN, TURN).into_iter().map(|(_, happening)| happening));
        }
    });
    let mut deliveries = Vec::new();
    for round in 0..4 {
        let group = connection.group_metadata().unwrap().unwrap();
        assert!(producer.send_offsets(&offsets, &group, Some(DEADLINE)).is_err(), "outside of a transaction");
        producer.begin_transaction().unwrap();
        deliveries.extend(send(&producer, &TopicSettings::default(), 10));
        producer.send_offsets(&offsets, &group, Some(DEADLINE)).unwrap();
        if round % 2 == 0 {
            producer.commit_transaction(Some(DEADLINE)).unwrap();
        } else {
            producer.abort_transaction(Some(DEADLINE)).unwrap();
        }
    }
    over.store(true, Ordering::Relaxed);
    served.join().unwrap();
    poller.unregister(1);
    producer.close();
    connection.close(DEADLINE);
    assert_eq!(kept(&deliveries), 0);
}

#[test]
fn a_wake_ends_a_poll_that_found_nothing() {
    let broker = cluster();
    let (producer, poller) = (producer(&broker, false), Arc::new(Poller::new()));
    poller.register(1, &producer);
    let deliveries = send(&producer, &TopicSettings::default(), 100);
    let polling = {
        let poller = Arc::clone(&poller);
        std::thread::spawn(move || {
            let began = Instant::now();
            (poller.poll(DEADLINE, TURN).len(), began.elapsed())
        })
    };
    let until = Instant::now() + DEADLINE;
    while deliveries.iter().any(|delivery| delivery.report().is_none()) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(!polling.is_finished(), "silent reports are no reason to come back");
    poller.wake();
    let (happenings, took) = polling.join().unwrap();
    assert_eq!(happenings, 0);
    assert!(took < DEADLINE);
    poller.unregister(1);
    producer.close();
}
