//! Changes to a cluster and questions about it: topics, partitions, configuration, groups, ACLs, offsets.
//!
//! Every operation is a [`Request`] with a queue of its own; its result is a value. The error of the
//! whole operation is read before any part of the result, which librdkafka leaves empty then. Owns one
//! consumer handle that neither subscribes nor creates topics when asked for metadata. Any thread.

mod acls;
mod configs;
mod groups;
mod offsets;
mod request;
mod topics;

use std::ops::Deref;
use std::sync::Arc;

use crate::locks::RwLock;

use crate::client::{reap, Call, Handle, Kind, RawClient, Settings};
use crate::error::EngineError;

pub use acls::{Acl, AclFilter};
pub use configs::{Change, ConfigEntry, Operation, Resource, ResourceChanges};
pub use offsets::{FoundOffset, IsolationLevel};
pub use request::Request;

/// An open or closed admin client; see the module.
pub struct Admin(RwLock<Option<Arc<Handle>>>);

impl Drop for Admin {
    fn drop(&mut self) {
        if let Some(handle) = self.0.get_mut().take() {
            reap(move || drop(handle));
        }
    }
}

impl Admin {
    /// Connects a client for admin requests.
    ///
    /// # Errors
    /// [`EngineError::Setting`], [`EngineError::Creation`].
    pub fn create(settings: &Settings) -> Result<Self, EngineError> {
        let handle = Handle::create(Kind::Consumer, settings, |_| ())?;
        Ok(Self(RwLock::new(Some(Arc::new(handle)))))
    }

    fn open(&self, call: &'static str) -> Result<Arc<Handle>, EngineError> {
        self.0.read().clone().ok_or(EngineError::AdminClosed(call))
    }
}

impl RawClient for Admin {
    fn handle(
        &self,
        call: &'static str,
    ) -> Result<impl Deref<Target = Handle> + Send + 'static, EngineError> {
        self.open(call)
    }

    fn close(&self) -> Option<Call<()>> {
        let handle = self.0.write().take()?;
        Some(Call::start(move || {
            drop(handle);
            Ok(())
        }))
    }

    fn is_closed(&self) -> bool {
        self.0.read().is_none()
    }

    fn wake_events(&self) {
        if let Some(handle) = self.0.read().as_ref() {
            handle.main_queue().wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::client::Pending;

    fn without_cluster() -> Admin {
        let settings = [("bootstrap.servers", "127.0.0.1:1"), ("log_level", "0")];
        let settings: Settings =
            settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Admin::create(&settings).unwrap()
    }

    fn code<T>(result: Option<Result<T, EngineError>>) -> String {
        match result {
            Some(Err(EngineError::Kafka(error))) => error.name(),
            Some(Err(error)) => error.to_string(),
            Some(Ok(_)) => "success".to_owned(),
            None => "nothing".to_owned(),
        }
    }

    #[test]
    fn the_failure_of_a_whole_operation_comes_before_its_parts_are_read() {
        let (admin, timeout, wait) = (without_cluster(), Duration::from_millis(100), Duration::from_secs(10));
        assert_eq!(code(admin.create_topic("t", 1, 1, &[], timeout).unwrap().wait(wait)), "timed_out");
        assert_eq!(code(admin.delete_topic("t", timeout).unwrap().wait(wait)), "timed_out");
        assert_eq!(code(admin.create_partitions("t", 2, timeout).unwrap().wait(wait)), "timed_out");
        assert_eq!(code(admin.delete_group("g", timeout).unwrap().wait(wait)), "timed_out");
        let topic = ResourceChanges { kind: 2, name: "t".to_owned(), changes: Vec::new() };
        let resources = [topic];
        assert_eq!(code(admin.describe_configs(&resources, timeout).unwrap().wait(wait)), "timed_out");
        assert_eq!(code(admin.alter_configs(&resources, timeout).unwrap().wait(wait)), "timed_out");
    }

    #[test]
    fn a_wait_ends_when_it_is_woken_and_when_its_time_is_over() {
        let admin = without_cluster();
        let request = admin.delete_topic("t", Duration::from_secs(60)).unwrap();
        let started = Instant::now();
        request.wake();
        assert_eq!(code(request.wait(Duration::from_secs(60))), "nothing");
        assert_eq!(code(request.wait(Duration::from_millis(20))), "nothing");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn what_no_request_can_carry_is_refused_at_once() {
        let (admin, timeout) = (without_cluster(), Duration::from_secs(1));
        let refused = |result: Option<EngineError>| result.map(|error| error.to_string()).unwrap_or_default();
        assert!(refused(admin.create_topic("t", -2, 1, &[], timeout).err()).contains("num_partitions"));
        assert!(refused(admin.create_topic("a\0b", 1, 1, &[], timeout).err()).contains("NUL"));
        assert!(refused(admin.create_partitions("t", 0, timeout).err()).contains("new_total_cnt"));
        let group = ResourceChanges { kind: 3, name: "g".to_owned(), changes: Vec::new() };
        assert!(refused(admin.describe_configs(&[group], timeout).err()).contains("type 3"));
    }

    #[test]
    fn a_closed_client_says_so() {
        let admin = without_cluster();
        let closing = admin.close().unwrap();
        assert!(closing.wait(Duration::from_secs(30)).is_some());
        assert!(admin.close().is_none() && admin.is_closed());
        let error = admin.delete_topic("t", Duration::from_secs(1)).err().unwrap();
        assert!(matches!(error, EngineError::AdminClosed("delete_topic")));
    }

    #[test]
    fn unknown_numbers_of_access_rules_are_named() {
        let rule = Acl {
            resource_type: 9,
            resource_name: "t".to_owned(),
            pattern_type: 3,
            principal: "User:a".to_owned(),
            host: "*".to_owned(),
            operation: 3,
            permission_type: 3,
        };
        let error = without_cluster().create_acl(&rule, Duration::from_secs(1)).err().unwrap();
        assert_eq!(error.to_string(), "9 is no resource type of an ACL");
    }
}
