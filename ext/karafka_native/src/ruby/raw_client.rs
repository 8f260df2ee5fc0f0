//! What `Karafka::Native::Admin` and `Karafka::Native::Reader` have in common.

use std::time::Duration;

use karafka_engine::client::{ClusterMetadata, RawClient as Engine, Settings};
use karafka_engine::error::EngineError;
use magnus::{Error, RArray, RHash, Ruby, TypedData};

use super::library::settings;
use super::pending::{milliseconds, perform};
use super::rows::event_array;
use crate::vm::{errors, fork, lock};

/// A Ruby object around a raw client.
pub trait RawClient: TypedData {
    /// The engine's client.
    type Engine: Engine;

    /// It, for this process.
    fn guarded(&self) -> &fork::Guarded<Self::Engine>;
}

/// Connects a client, without the VM lock.
///
/// # Errors
/// What a setting, or its connection, is refused with.
pub fn create<E: Send>(
    ruby: &Ruby,
    hash: RHash,
    create: impl FnOnce(&Settings) -> Result<E, EngineError> + Send,
) -> Result<fork::Guarded<E>, Error> {
    let settings = settings(hash)?;
    let made = lock::release(ruby, move || create(&settings), lock::no_wake)?;
    Ok(fork::Guarded::new(errors::to_ruby(ruby, made)?))
}

/// Gives a client's class the methods that all of them have. A macro, as [`method!`] takes no type that is
/// not known where it stands.
macro_rules! define_methods {
    ($class:expr, $client:ty) => {{
        use $crate::ruby::raw_client as shared;
        $class.define_method("metadata", method!(shared::metadata::<$client>, 2))?;
        $class.define_method("event", method!(shared::event::<$client>, 1))?;
        $class.define_method("set_token", method!(shared::set_token::<$client>, 4))?;
        $class.define_method("set_token_failure", method!(shared::set_token_failure::<$client>, 1))?;
        $class.define_method("name", method!(shared::name::<$client>, 0))?;
        $class.define_method("close", method!(shared::close::<$client>, 1))?;
        $class.define_method("closed?", method!(shared::is_closed::<$client>, 0))?;
    }};
}
pub(super) use define_methods;

pub(super) fn metadata<C: RawClient>(
    ruby: &Ruby,
    rb_self: &C,
    topic: Option<String>,
    timeout: u64,
) -> Result<RArray, Error> {
    let timeout = milliseconds(timeout);
    let call = errors::to_ruby(ruby, rb_self.guarded().get(ruby)?.metadata(topic, timeout))?;
    metadata_array(ruby, &perform(ruby, &call, "metadata", timeout)?)
}

pub(super) fn event<C: RawClient>(ruby: &Ruby, rb_self: &C, timeout: u64) -> Result<Option<RArray>, Error> {
    let engine = rb_self.guarded().get(ruby)?;
    let event = lock::release(ruby, || engine.poll_event(milliseconds(timeout)), || engine.wake_events())?;
    event.map(|event| event_array(ruby, event)).transpose()
}

pub(super) fn set_token<C: RawClient>(
    ruby: &Ruby,
    rb_self: &C,
    token: String,
    lifetime_ms: i64,
    principal: String,
    extensions: Vec<(String, String)>,
) -> Result<(), Error> {
    let handle = rb_self.guarded().get(ruby)?.handle("oauthbearer_set_token");
    let answer = handle.and_then(|handle| handle.set_token(&token, lifetime_ms, &principal, &extensions));
    errors::to_ruby(ruby, answer)
}

pub(super) fn set_token_failure<C: RawClient>(ruby: &Ruby, rb_self: &C, reason: String) -> Result<(), Error> {
    let handle = rb_self.guarded().get(ruby)?.handle("oauthbearer_set_token");
    errors::to_ruby(ruby, handle.and_then(|handle| handle.set_token_failure(&reason)))
}

pub(super) fn name<C: RawClient>(ruby: &Ruby, rb_self: &C) -> Result<String, Error> {
    let handle = errors::to_ruby(ruby, rb_self.guarded().get(ruby)?.handle("name"))?;
    Ok(handle.name())
}

pub(super) fn close<C: RawClient>(ruby: &Ruby, rb_self: &C, timeout: u64) -> Result<(), Error> {
    match rb_self.guarded().get(ruby)?.close() {
        Some(call) => perform(ruby, &call, "close", Duration::from_millis(timeout)),
        None => Ok(()),
    }
}

pub(super) fn is_closed<C: RawClient>(rb_self: &C) -> bool {
    let guarded = rb_self.guarded();
    !guarded.is_local() || guarded.peek().is_none_or(Engine::is_closed)
}

/// `[[[id, host, port], ...], [[name, error, [[id, error, leader, replicas, in sync], ...]], ...]]`.
fn metadata_array(ruby: &Ruby, metadata: &ClusterMetadata) -> Result<RArray, Error> {
    let brokers = ruby.ary_new_capa(metadata.brokers.len());
    for broker in &metadata.brokers {
        brokers.push((broker.id, broker.host.as_str(), broker.port))?;
    }
    let topics = ruby.ary_new_capa(metadata.topics.len());
    for topic in &metadata.topics {
        let partitions = ruby.ary_new_capa(topic.partitions.len());
        for partition in &topic.partitions {
            partitions.push((
                partition.id,
                partition.error,
                partition.leader,
                partition.replicas.clone(),
                partition.in_sync.clone(),
            ))?;
        }
        topics.push((topic.name.as_str(), topic.error, partitions))?;
    }
    let answer = ruby.ary_new_capa(2);
    answer.push(brokers)?;
    answer.push(topics)?;
    Ok(answer)
}
