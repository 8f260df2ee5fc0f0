//! Reading and changing the configuration of topics and brokers.

use std::ffi::CString;
use std::time::Duration;

use rdkafka_sys as sys;
use sys::rd_kafka_AlterConfigOpType_t as NativeOperation;
use sys::rd_kafka_ResourceType_t as NativeType;

use super::request::{part, parts, Options, Request};
use super::Admin;
use crate::client::{c_text, Handle};
use crate::error::{text, EngineError, KafkaError};

const DESCRIBE: (&str, sys::rd_kafka_admin_op_t) =
    ("describing configuration", sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
const ALTER: (&str, sys::rd_kafka_admin_op_t) =
    ("changing configuration", sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_INCREMENTALALTERCONFIGS);

/// One setting of a topic or broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEntry {
    /// Its name.
    pub name: String,
    /// Its value; `None` where the broker keeps it secret, or has none.
    pub value: Option<String>,
    /// The broker's own default.
    pub default: bool,
    /// Cannot be changed.
    pub read_only: bool,
    /// Its value is secret.
    pub sensitive: bool,
    /// Listed because another setting falls back on it.
    pub synonym: bool,
    /// The settings it falls back on, itself included, first match first.
    pub synonyms: Vec<ConfigEntry>,
}

/// A topic or broker with its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Kafka's number of the type: 2 topic, 4 broker.
    pub kind: i32,
    /// Name of the topic or id of the broker.
    pub name: String,
    /// What the broker reported.
    pub entries: Vec<ConfigEntry>,
}

/// What to do with a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Gives it a value.
    Set,
    /// Takes its own value away, so that the default shows again.
    Delete,
    /// Adds to a list.
    Append,
    /// Removes from a list.
    Subtract,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What to do.
    pub operation: Operation,
    /// The setting.
    pub name: String,
    /// Value or list elements.
    pub value: Option<String>,
}

/// The changes of one topic or broker; none when it is only to be described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceChanges {
    /// Kafka's number of the type: 2 topic, 4 broker.
    pub kind: i32,
    /// Name of the topic or id of the broker.
    pub name: String,
    /// In the order of the wish.
    pub changes: Vec<Change>,
}

struct NativeResource(*mut sys::rd_kafka_ConfigResource_t);

impl Drop for NativeResource {
    fn drop(&mut self) {
        // SAFETY: owned, and not null: `new` fails otherwise.
        unsafe { sys::rd_kafka_ConfigResource_destroy(self.0) };
    }
}

impl Admin {
    /// The settings of these topics and brokers.
    ///
    /// # Errors
    /// The result holds [`EngineError::Kafka`], of the operation or of the first resource that failed.
    pub fn describe_configs(
        &self,
        resources: &[ResourceChanges],
        timeout: Duration,
    ) -> Result<Request<Vec<Resource>>, EngineError> {
        let native = natives(resources)?;
        let send = |handle: &Handle, options: &Options, queue| {
            let mut pointers: Vec<_> = native.iter().map(|resource| resource.0).collect();
            let count = pointers.len();
            let rk = handle.as_ptr();
            // SAFETY: live arguments; the resources are copied into the request.
            unsafe {
                sys::rd_kafka_DescribeConfigs(rk, pointers.as_mut_ptr(), count, options.as_ptr(), queue);
            }
            Ok(())
        };
        Request::send(self.open("describe_configs")?, DESCRIBE, timeout, send, |event| {
            let mut count = 0;
            // SAFETY: the event is of this kind; its parts live as long as it does.
            unsafe {
                let result = sys::rd_kafka_event_DescribeConfigs_result(event);
                let start = sys::rd_kafka_DescribeConfigs_result_resources(result, &mut count);
                parts(start, count).iter().map(|resource| read_resource(DESCRIBE.0, *resource)).collect()
            }
        })
    }

    /// Changes settings, each resource by itself; those not named stay.
    ///
    /// # Errors
    /// [`EngineError::Kafka`] for a change that librdkafka refuses to send; the result holds that of
    /// the operation or of the first resource that failed.
    pub fn alter_configs(
        &self,
        resources: &[ResourceChanges],
        timeout: Duration,
    ) -> Result<Request<Vec<Resource>>, EngineError> {
        let native = natives(resources)?;
        let send = |handle: &Handle, options: &Options, queue| {
            let mut pointers: Vec<_> = native.iter().map(|resource| resource.0).collect();
            let (rk, count) = (handle.as_ptr(), pointers.len());
            // SAFETY: live arguments; the resources are copied into the request.
            unsafe {
                sys::rd_kafka_IncrementalAlterConfigs(
                    rk,
                    pointers.as_mut_ptr(),
                    count,
                    options.as_ptr(),
                    queue,
                );
            }
            Ok(())
        };
        Request::send(self.open("alter_configs")?, ALTER, timeout, send, |event| {
            let mut count = 0;
            // SAFETY: the event is of this kind; its parts live as long as it does.
            unsafe {
                let result = sys::rd_kafka_event_IncrementalAlterConfigs_result(event);
                let start = sys::rd_kafka_IncrementalAlterConfigs_result_resources(result, &mut count);
                parts(start, count).iter().map(|resource| read_resource(ALTER.0, *resource)).collect()
            }
        })
    }
}

fn natives(resources: &[ResourceChanges]) -> Result<Vec<NativeResource>, EngineError> {
    resources.iter().map(NativeResource::new).collect()
}

impl NativeResource {
    fn new(resource: &ResourceChanges) -> Result<Self, EngineError> {
        let kind = match resource.kind {
            2 => NativeType::RD_KAFKA_RESOURCE_TOPIC,
            4 => NativeType::RD_KAFKA_RESOURCE_BROKER,
            other => {
                let text = format!("no configuration belongs to a resource of type {other}");
                return Err(EngineError::Argument(text));
            }
        };
        let name = c_text("resource name", &resource.name)?;
        // SAFETY: a live string, which is copied.
        let native = unsafe { sys::rd_kafka_ConfigResource_new(kind, name.as_ptr()) };
        if native.is_null() {
            return Err(EngineError::Argument(format!("{:?} is no name of a resource", resource.name)));
        }
        let native = Self(native);
        resource.changes.iter().try_for_each(|change| native.add(change))?;
        Ok(native)
    }

    fn add(&self, change: &Change) -> Result<(), EngineError> {
        let name = c_text("setting", &change.name)?;
        let value: Option<CString> =
            change.value.as_deref().map(|value| c_text("setting", value)).transpose()?;
        let operation = match change.operation {
            Operation::Set => NativeOperation::RD_KAFKA_ALTER_CONFIG_OP_TYPE_SET,
            Operation::Delete => NativeOperation::RD_KAFKA_ALTER_CONFIG_OP_TYPE_DELETE,
            Operation::Append => NativeOperation::RD_KAFKA_ALTER_CONFIG_OP_TYPE_APPEND,
            Operation::Subtract => NativeOperation::RD_KAFKA_ALTER_CONFIG_OP_TYPE_SUBTRACT,
        };
        let value = value.as_ref().map_or(std::ptr::null(), |value| value.as_ptr());
        // SAFETY: a live resource and strings, which are copied; a returned error is ours.
        let refused = unsafe {
            KafkaError::take(sys::rd_kafka_ConfigResource_add_incremental_config(
                self.0,
                name.as_ptr(),
                operation,
                value,
            ))
        };
        refused.map_or(Ok(()), |error| Err(error.during(format!("changing {}", change.name)).into()))
    }
}

/// # Safety
/// `resource` is a part of a live result.
unsafe fn read_resource(
    name: &str,
    resource: *const sys::rd_kafka_ConfigResource_t,
) -> Result<Resource, EngineError> {
    let mut count = 0;
    // SAFETY: the caller's promise; texts are copied.
    unsafe {
        part(
            name,
            sys::rd_kafka_ConfigResource_error(resource),
            sys::rd_kafka_ConfigResource_error_string(resource),
        )?;
        let entries = sys::rd_kafka_ConfigResource_configs(resource, &mut count);
        Ok(Resource {
            kind: sys::rd_kafka_ConfigResource_type(resource) as i32,
            name: text(sys::rd_kafka_ConfigResource_name(resource)).unwrap_or_default(),
            entries: parts(entries, count).iter().map(|entry| read_entry(*entry)).collect(),
        })
    }
}

/// # Safety
/// `entry` is a part of a live result.
unsafe fn read_entry(entry: *const sys::rd_kafka_ConfigEntry_t) -> ConfigEntry {
    let mut count = 0;
    // SAFETY: the caller's promise; texts are copied. Synonyms have none themselves.
    unsafe {
        let synonyms = sys::rd_kafka_ConfigEntry_synonyms(entry, &mut count);
        ConfigEntry {
            name: text(sys::rd_kafka_ConfigEntry_name(entry)).unwrap_or_default(),
            value: text(sys::rd_kafka_ConfigEntry_value(entry)),
            default: sys::rd_kafka_ConfigEntry_is_default(entry) == 1,
            read_only: sys::rd_kafka_ConfigEntry_is_read_only(entry) == 1,
            sensitive: sys::rd_kafka_ConfigEntry_is_sensitive(entry) == 1,
            synonym: sys::rd_kafka_ConfigEntry_is_synonym(entry) == 1,
            synonyms: parts(synonyms, count).iter().map(|entry| read_entry(*entry)).collect(),
        }
    }
}
