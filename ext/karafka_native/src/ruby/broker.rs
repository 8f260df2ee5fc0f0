//! `Karafka::Native::Broker`: the embedded broker behind `Karafka::Testing::Broker`.

use karafka_engine::broker::{self, Broker as Engine};
use magnus::{function, method, Class, Error, Module, Object, RModule, Ruby};

use crate::vm::{errors, fork, lock};

/// A running embedded broker. Answers `ForkedHandleError` in a child process; the parent's goes on.
#[magnus::wrap(class = "Karafka::Native::Broker", free_immediately)]
pub struct Broker(fork::Guarded<Engine>);

impl Broker {
    /// Starts it. Raises `ArgumentError`, `Rdkafka::Config::ClientCreationError`.
    fn start(ruby: &Ruby, brokers: u16) -> Result<Self, Error> {
        let started = lock::release(ruby, || Engine::start(brokers), lock::no_wake)?;
        Ok(Self(fork::Guarded::new(errors::to_ruby(ruby, started)?)))
    }

    fn bootstrap_servers(ruby: &Ruby, rb_self: &Self) -> Result<String, Error> {
        Ok(rb_self.0.get(ruby)?.bootstrap_servers().to_owned())
    }

    /// Raises `ArgumentError`, `Rdkafka::RdkafkaError` (`:topic_already_exists`).
    fn create_topic(ruby: &Ruby, rb_self: &Self, name: String, partitions: i32) -> Result<(), Error> {
        let broker = rb_self.0.get(ruby)?;
        let created = lock::release(ruby, || broker.create_topic(&name, partitions), lock::no_wake)?;
        errors::to_ruby(ruby, created)
    }

    fn stop(ruby: &Ruby, rb_self: &Self) -> Result<(), Error> {
        let broker = rb_self.0.get(ruby)?;
        lock::release(ruby, || broker.stop(), lock::no_wake)
    }

    fn is_running(ruby: &Ruby, rb_self: &Self) -> Result<bool, Error> {
        Ok(rb_self.0.get(ruby)?.is_running())
    }

    /// Whether this process started it.
    fn is_local(&self) -> bool {
        self.0.is_local()
    }
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let class = native.define_class("Broker", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.const_set("AUTO_CREATED_PARTITIONS", broker::PARTITIONS_OF_AUTO_CREATED_TOPICS)?;
    class.define_singleton_method("start", function!(Broker::start, 1))?;
    class.define_method("bootstrap_servers", method!(Broker::bootstrap_servers, 0))?;
    class.define_method("create_topic", method!(Broker::create_topic, 2))?;
    class.define_method("stop", method!(Broker::stop, 0))?;
    class.define_method("running?", method!(Broker::is_running, 0))?;
    class.define_method("local?", method!(Broker::is_local, 0))?;
    Ok(())
}
