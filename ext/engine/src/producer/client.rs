//! The producer itself: its native clients and the way of a message into one of them.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::counts::PartitionCounts;
use super::hurry::Hurry;
use super::link::{Link, Topic};
use super::poller::Signal;
use super::{Delivery, Outgoing, Placement};
use crate::client::Settings;
use crate::error::{EngineError, KafkaError};
use crate::locks::{Mutex, RwLock};

/// Settings of one topic, sorted by name; empty means the client's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct TopicSettings(Arc<[(String, String)]>);

impl FromIterator<(String, String)> for TopicSettings {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort();
        Self(pairs.into())
    }
}

impl Deref for TopicSettings {
    type Target = [(String, String)];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// A producer. Threads: any. After [`Producer::close`] every call answers "closed".
pub struct Producer {
    pub(super) links: RwLock<Option<Links>>,
    pub(super) observed: Arc<AtomicBool>,
    pub(super) signal: Mutex<Option<Arc<Signal>>>,
    pub(super) hurry: Hurry,
    settings: Settings,
    cluster: u64,
    transactional: bool,
}

/// The clients: the first one, and one for each further set of topic settings.
#[derive(Clone)]
pub(super) struct Links {
    pub(super) main: Arc<Link>,
    pub(super) others: Vec<(TopicSettings, Arc<Link>)>,
}

impl Links {
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Link>> {
        std::iter::once(&self.main).chain(self.others.iter().map(|(_, link)| link))
    }
}

/// A topic of the client that serves it with the wanted settings.
pub struct Target {
    // In this order: a topic must not outlive its client.
    pub(super) topic: Arc<Topic>,
    pub(super) link: Arc<Link>,
}

impl Target {
    /// The topic's name.
    pub fn name(&self) -> &Arc<str> {
        self.topic.name()
    }
}

impl Producer {
    /// Makes the client. While `observed` is set, every report becomes a happening; otherwise only
    /// failed and rooted ones do.
    ///
    /// # Errors
    /// [`EngineError::Setting`], [`EngineError::Creation`].
    pub fn open(settings: Settings, observed: Arc<AtomicBool>) -> Result<Self, EngineError> {
        let main = Arc::new(Link::open(&settings)?);
        let mut hasher = DefaultHasher::new();
        settings.get("bootstrap.servers").or_else(|| settings.get("metadata.broker.list")).hash(&mut hasher);
        Ok(Self {
            links: RwLock::new(Some(Links { main, others: Vec::new() })),
            observed,
            signal: Mutex::default(),
            cluster: hasher.finish(),
            transactional: settings.get("transactional.id").is_some(),
            hurry: Hurry::of(&settings),
            settings,
        })
    }

    /// A setting of the client, if the user gave it.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name)
    }

    /// Whether every report becomes a happening.
    pub fn is_observed(&self) -> bool {
        self.observed.load(Ordering::Relaxed)
    }

    /// The first client. The guard's count keeps it alive beside a close.
    pub(super) fn main(&self, call: &'static str) -> Result<Arc<Link>, EngineError> {
        let links = self.links.read();
        links.as_ref().map(|links| Arc::clone(&links.main)).ok_or(EngineError::ProducerClosed(call))
    }

    /// Finds or prepares a topic for sending with these settings.
    ///
    /// # Errors
    /// [`EngineError::Setting`] for refused settings, also for a second set of settings on a
    /// transactional producer, as a transaction cannot span clients.
    pub fn target(&self, name: &str, settings: &TopicSettings) -> Result<Target, EngineError> {
        if let Some(target) = self.prepared_target(name, settings)? {
            return Ok(target);
        }
        if self.transactional {
            return Err(EngineError::Setting(format!(
                "topic_config of {name}: the topic was used with other settings, and a transaction cannot \
                 span two clients"
            )));
        }
        self.target_of_new_link(name, settings.clone())
    }

    /// As [`Producer::target`] for a topic without settings of its own.
    ///
    /// # Errors
    /// As [`Producer::target`].
    pub fn plain_target(&self, name: &str) -> Result<Target, EngineError> {
        {
            let links = self.links.read();
            let Some(links) = links.as_ref() else { return Err(EngineError::ProducerClosed("produce")) };
            match links.main.known(name) {
                Some(topic) if topic.is_plain() => {
                    return Ok(Target { topic, link: Arc::clone(&links.main) })
                }
                _ => {}
            }
        }
        self.target(name, &TopicSettings::default())
    }

    /// The target, if a client serves these settings already or can start to.
    fn prepared_target(&self, name: &str, settings: &TopicSettings) -> Result<Option<Target>, EngineError> {
        let links = self.links.read();
        let Some(links) = links.as_ref() else { return Err(EngineError::ProducerClosed("produce")) };
        if let Some(topic) = links.main.topic(name, settings)? {
            return Ok(Some(Target { topic, link: Arc::clone(&links.main) }));
        }
        let other = links.others.iter().find(|(own, _)| own == settings);
        other.map(|(_, link)| Self::plain(Arc::clone(link), name)).transpose()
    }

    fn plain(link: Arc<Link>, name: &str) -> Result<Target, EngineError> {
        match link.topic(name, &TopicSettings::default())? {
            Some(topic) => Ok(Target { topic, link }),
            None => Err(EngineError::TopicHandle(format!("no handle for topic {name:?}"))),
        }
    }

    fn target_of_new_link(&self, name: &str, settings: TopicSettings) -> Result<Target, EngineError> {
        let mut own = self.settings.clone();
        own.set("statistics.interval.ms", "0");
        for (key, value) in settings.iter() {
            own.set(key.as_str(), value.as_str());
        }
        let link = Arc::new(Link::open(&own)?);
        let mut links = self.links.write();
        let Some(links) = links.as_mut() else { return Err(EngineError::ProducerClosed("produce")) };
        let link = match links.others.iter().find(|(own, _)| *own == settings) {
            Some((_, first)) => Arc::clone(first),
            None => {
                if let Some(signal) = self.signal.lock().as_ref() {
                    link.attach(signal);
                }
                links.others.push((settings, Arc::clone(&link)));
                link
            }
        };
        Self::plain(link, name)
    }

    /// Hands a message over. Never waits for a broker; the count of a partition key must be known.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] with the code of the refusal; the message was not enqueued.
    pub fn send(
        &self,
        target: &Target,
        message: Outgoing<'_>,
        delivery: &Arc<Delivery>,
    ) -> Result<(), EngineError> {
        let partition = self.place(target, message.placement);
        target
            .link
            .send(&target.topic, message, partition, delivery)
            .map_err(|error| KafkaError { topic: Some(target.name().to_string()), ..*error }.into())
    }

    fn place(&self, target: &Target, placement: Placement<'_>) -> i32 {
        match placement {
            Placement::ByKey => -1,
            Placement::Partition(partition) => partition,
            Placement::PartitionKey { key, partitioner, otherwise } => {
                match PartitionCounts::shared().get(self.cluster, target.name(), Instant::now()) {
                    // SAFETY: the target's topic is live.
                    Some(count) if count > 0 => unsafe {
                        partitioner.partition(target.topic.as_ptr(), key, count)
                    },
                    _ => otherwise,
                }
            }
        }
    }

    /// The cached count of a topic; -1 if it is known to be missing.
    pub fn known_count(&self, topic: &str) -> Option<i32> {
        PartitionCounts::shared().get(self.cluster, topic, Instant::now())
    }

    /// Learns a count that came another way, like statistics.
    pub fn learn_count(&self, topic: &str, count: i32) {
        PartitionCounts::shared().put(self.cluster, topic, count, Instant::now());
    }

    /// The count of a topic, asked of the cluster unless cached; -1 if the topic does not exist.
    /// Waits up to `timeout`.
    ///
    /// # Errors
    /// [`EngineError::Kafka`]: `transport`, `timed_out`, or `topic_exception` for a refused name.
    pub fn partition_count(&self, name: &str, timeout: Duration) -> Result<i32, EngineError> {
        const REFUSED: i32 = crate::sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION as i32;
        if let Some(count) = self.known_count(name) {
            return Ok(count);
        }
        if name.is_empty() {
            return Err(KafkaError::of(REFUSED).into());
        }
        let link = self.main("partition_count")?;
        let topic = match link.known(name) {
            Some(topic) => topic,
            None => match link.topic(name, &TopicSettings::default())? {
                Some(topic) => topic,
                None => return Ok(-1),
            },
        };
        let count = link.query_count(&topic, timeout)?;
        Ok(PartitionCounts::shared().put(self.cluster, name, count, Instant::now()))
    }

    /// The fatal error that the client met, if any.
    pub fn fatal_error(&self) -> Result<Option<KafkaError>, EngineError> {
        Ok(self.main("fatal_error")?.handle.fatal_error())
    }

    /// Makes the client fatal, for tests of recovery.
    ///
    /// # Errors
    /// [`EngineError::Argument`] for a reason with a NUL byte.
    pub fn trigger_fatal_error(&self, code: i32, reason: &str) -> Result<i32, EngineError> {
        let link = self.main("trigger_fatal_error")?;
        let reason = crate::client::c_text("reason", reason)?;
        let Some(code) = crate::error::sys_code(code) else {
            return Err(EngineError::Argument(format!("unknown error code {code}")));
        };
        // SAFETY: a live client and string.
        Ok(unsafe { crate::sys::rd_kafka_test_fatal_error(link.handle.as_ptr(), code, reason.as_ptr()) }
            as i32)
    }

    /// Answers a token request of every client.
    ///
    /// # Errors
    /// librdkafka's reason.
    pub fn set_token(
        &self,
        token: &str,
        lifetime_ms: i64,
        principal: &str,
        extensions: &[(String, String)],
    ) -> Result<(), EngineError> {
        for link in self.snapshot("oauthbearer_set_token")?.all() {
            link.handle.set_token(token, lifetime_ms, principal, extensions)?;
        }
        Ok(())
    }

    /// Tells every client that no token could be had.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] if OAUTHBEARER is not in use.
    pub fn set_token_failure(&self, reason: &str) -> Result<(), EngineError> {
        for link in self.snapshot("oauthbearer_set_token_failure")?.all() {
            link.handle.set_token_failure(reason)?;
        }
        Ok(())
    }

    /// `<client.id>#producer-<n>` of the first client.
    ///
    /// # Errors
    /// [`EngineError::ProducerClosed`].
    pub fn name(&self) -> Result<String, EngineError> {
        Ok(self.main("name")?.handle.name())
    }

    pub(super) fn snapshot(&self, call: &'static str) -> Result<Links, EngineError> {
        self.links.read().clone().ok_or(EngineError::ProducerClosed(call))
    }
}
