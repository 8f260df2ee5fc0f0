//! The embedded broker: librdkafka's mock cluster, for the demo and for users' own test suites.
//!
//! Duty: start listeners on loopback, create topics, stop. Owner: whoever started it; the cluster runs
//! on one thread of librdkafka's own. It never serves another machine, never writes to disk, and
//! proves nothing about Kafka: no admin requests, about 5 MB or 100,000 batches a partition, no offsets
//! committed by a transaction, and a rebalance that waits `session.timeout.ms` less a second.

use std::ptr::NonNull;

use crate::locks::Mutex;
use rdkafka_sys as sys;

use crate::client::{Handle, Kind, Settings};
use crate::error::{text, EngineError, KafkaError};
use crate::process;

/// Partitions of a topic that a client creates by using it; fixed inside librdkafka.
pub const PARTITIONS_OF_AUTO_CREATED_TOPICS: i32 = 4;

/// How long a new group waits for more members, by default 3 s. With 0 librdkafka would never begin.
const GROUP_DELAY_MS: i32 = 50;
const MAX_PARTITIONS: i32 = 10_000;
const MAX_BROKERS: u16 = 64;
const MAX_NAME: usize = 249;

/// A running cluster. Threads: any thread may call anything; `state`'s lock orders calls with the stop.
pub struct Broker {
    servers: String,
    state: Mutex<Option<Cluster>>,
}

/// The native cluster and the client which it needs for its bookkeeping; dropped in this order.
struct Cluster {
    native: NonNull<sys::rd_kafka_mock_cluster_t>,
    handle: Handle,
    brokers: u16,
}

// SAFETY: every operation on a mock cluster goes through its own locked queue.
unsafe impl Send for Cluster {}

impl Broker {
    /// Starts `brokers` listeners on free ports of 127.0.0.1.
    ///
    /// # Errors
    /// [`EngineError::Argument`] for no or too many brokers, [`EngineError::Creation`] if librdkafka
    /// cannot listen.
    pub fn start(brokers: u16) -> Result<Self, EngineError> {
        if brokers == 0 || brokers > MAX_BROKERS {
            return Err(EngineError::Argument(format!("brokers: 1 to {MAX_BROKERS}, not {brokers}")));
        }
        let mut settings = Settings::new();
        settings.set("client.id", "embedded-broker");
        // Nobody drains this client's queue, so nothing may be logged into it.
        settings.set("log_level", "0");
        let handle = Handle::create(Kind::Producer, &settings, |_| {})?;
        // SAFETY: a live client of ours, which outlives the cluster (see `Cluster`).
        let native = process::without_signals(|| unsafe {
            sys::rd_kafka_mock_cluster_new(handle.as_ptr(), i32::from(brokers))
        });
        let Some(native) = NonNull::new(native) else {
            return Err(EngineError::Creation("the embedded broker could not listen on 127.0.0.1".into()));
        };
        let cluster = Cluster { native, handle, brokers };
        // SAFETY: a live cluster.
        let servers = unsafe {
            sys::rd_kafka_mock_group_initial_rebalance_delay_ms(native.as_ptr(), GROUP_DELAY_MS);
            text(sys::rd_kafka_mock_cluster_bootstraps(native.as_ptr())).unwrap_or_default()
        };
        Ok(Self { servers, state: Mutex::new(Some(cluster)) })
    }

    /// `127.0.0.1:port`, comma-separated, for `bootstrap.servers`; readable after the stop too.
    pub fn bootstrap_servers(&self) -> &str {
        &self.servers
    }

    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        self.state.lock().is_some()
    }

    /// Creates a topic.
    ///
    /// # Errors
    /// [`EngineError::Argument`] for a name or count that Kafka would refuse or a stopped broker,
    /// [`EngineError::Kafka`] with `topic_already_exists`.
    pub fn create_topic(&self, name: &str, partitions: i32) -> Result<(), EngineError> {
        check_name(name)?;
        if !(1..=MAX_PARTITIONS).contains(&partitions) {
            let text = format!("topic {name}: partitions must be 1 to {MAX_PARTITIONS}, not {partitions}");
            return Err(EngineError::Argument(text));
        }
        let native_name = crate::client::c_text("topic", name)?;
        let state = self.state.lock();
        let Some(cluster) = state.as_ref() else {
            return Err(EngineError::Argument(format!("topic {name}: the embedded broker is stopped")));
        };
        let replicas = i32::from(cluster.brokers.min(3));
        // SAFETY: the lock keeps the cluster alive; the name is copied by the call.
        let code = unsafe {
            sys::rd_kafka_mock_topic_create(
                cluster.native.as_ptr(),
                native_name.as_ptr(),
                partitions,
                replicas,
            )
        };
        match code as i32 {
            0 => Ok(()),
            code => Err(KafkaError::of(code).during(format!("creating topic {name}")).into()),
        }
    }

    /// Closes its listeners and forgets all data; a second call does nothing. Waits for its thread.
    pub fn stop(&self) {
        drop(self.state.lock().take());
    }
}

fn check_name(name: &str) -> Result<(), EngineError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let refused =
        name.is_empty() || name.len() > MAX_NAME || name == "." || name == ".." || !name.bytes().all(legal);
    if refused {
        return Err(EngineError::Argument(format!(
            "topic {name:?}: 1 to {MAX_NAME} of A-Z a-z 0-9 . _ -, and neither . nor .."
        )));
    }
    Ok(())
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // In a forked child its thread does not exist: destroying would wait for it for ever.
        if self.handle.is_local() {
            // SAFETY: the last owner; the client behind it is dropped after this.
            unsafe { sys::rd_kafka_mock_cluster_destroy(self.native.as_ptr()) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;

    #[test]
    fn each_broker_listens_on_loopback_until_the_stop() {
        let broker = Broker::start(2).unwrap();
        let servers: Vec<&str> = broker.bootstrap_servers().split(',').collect();
        assert_eq!(servers.len(), 2);
        for server in &servers {
            assert!(server.starts_with("127.0.0.1:"), "{server}");
            TcpStream::connect(server).unwrap();
        }
        broker.stop();
        broker.stop();
        assert!(!broker.is_running());
        assert!(servers.iter().all(|server| TcpStream::connect(server).is_err()));
    }

    #[test]
    fn a_topic_is_created_once() {
        let broker = Broker::start(1).unwrap();
        broker.create_topic("orders", 2).unwrap();
        match broker.create_topic("orders", 2).unwrap_err() {
            EngineError::Kafka(error) => assert_eq!(error.name(), "topic_already_exists"),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn what_kafka_would_refuse_is_refused_by_name() {
        let broker = Broker::start(1).unwrap();
        for (name, partitions) in [("", 1), ("..", 1), ("a b", 1), ("orders", 0), ("orders", -1)] {
            let error = broker.create_topic(name, partitions).unwrap_err().to_string();
            assert!(error.contains("topic"), "{error}");
        }
        assert!(Broker::start(0).is_err());
    }

    #[test]
    fn a_stopped_broker_says_so() {
        let broker = Broker::start(1).unwrap();
        broker.stop();
        assert!(broker.create_topic("orders", 1).unwrap_err().to_string().contains("stopped"));
    }
}
