//! The embedded broker serves an independent client: what is produced is consumed, and a group goes on
//! where it committed.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use karafka_engine::broker::{Broker, PARTITIONS_OF_AUTO_CREATED_TOPICS};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

const DEADLINE: Duration = Duration::from_secs(20);

fn client(broker: &Broker) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", broker.bootstrap_servers())
        .set("group.id", "readers")
        .set("auto.offset.reset", "earliest")
        // Its groups wait for this long, less a second, whenever a member came or went.
        .set("session.timeout.ms", "1500")
        .set("heartbeat.interval.ms", "300")
        .set("enable.auto.commit", "false");
    config
}

fn produce(broker: &Broker, topic: &str, count: usize) {
    let producer: BaseProducer = client(broker).set("enable.idempotence", "true").create().unwrap();
    for number in 0..count {
        let (key, payload) = (number.to_string(), format!("order {number}"));
        producer.send(BaseRecord::to(topic).key(&key).payload(&payload)).unwrap();
    }
    producer.flush(DEADLINE).unwrap();
}

fn consume(broker: &Broker, topic: &str, count: usize) -> Vec<String> {
    let consumer: BaseConsumer = client(broker).create().unwrap();
    consumer.subscribe(&[topic]).unwrap();
    let (mut payloads, until) = (Vec::new(), Instant::now() + DEADLINE);
    while payloads.len() < count && Instant::now() < until {
        if let Some(message) = consumer.poll(Duration::from_millis(100)) {
            payloads.push(String::from_utf8(message.unwrap().payload().unwrap().to_vec()).unwrap());
        }
    }
    consumer.commit_consumer_state(CommitMode::Sync).unwrap();
    payloads.sort();
    payloads
}

fn orders(numbers: std::ops::Range<usize>) -> Vec<String> {
    let mut orders: Vec<String> = numbers.map(|number| format!("order {number}")).collect();
    orders.sort();
    orders
}

#[test]
fn a_group_reads_what_was_produced_and_goes_on_where_it_committed() {
    let broker = Broker::start(1).unwrap();
    broker.create_topic("orders", 3).unwrap();
    produce(&broker, "orders", 100);
    assert_eq!(consume(&broker, "orders", 100), orders(0..100));
    produce(&broker, "orders", 10);
    assert_eq!(consume(&broker, "orders", 10), orders(0..10));
}

#[test]
fn topics_have_the_partitions_that_were_promised() {
    let broker = Broker::start(1).unwrap();
    broker.create_topic("orders", 7).unwrap();
    produce(&broker, "made-by-use", 1);
    let consumer: BaseConsumer = client(&broker).create().unwrap();
    let count = |topic: &str| {
        consumer.fetch_metadata(Some(topic), DEADLINE).unwrap().topics()[0].partitions().len() as i32
    };
    assert_eq!(count("orders"), 7);
    assert_eq!(count("made-by-use"), PARTITIONS_OF_AUTO_CREATED_TOPICS);
}
