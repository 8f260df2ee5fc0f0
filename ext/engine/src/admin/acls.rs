//! Access rules: creating, finding and deleting them.

use std::ffi::CString;
use std::os::raw::c_char;
use std::time::Duration;

use rdkafka_sys as sys;
use sys::rd_kafka_AclOperation_t as Operation;
use sys::rd_kafka_AclPermissionType_t as Permission;
use sys::rd_kafka_ResourcePatternType_t as Pattern;
use sys::rd_kafka_ResourceType_t as Type;

use super::request::{part_error, parts, Options, Request};
use super::Admin;
use crate::client::{c_text, Handle};
use crate::error::{text, EngineError};

const CREATE: (&str, sys::rd_kafka_admin_op_t) =
    ("creating an ACL", sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_CREATEACLS);
const DESCRIBE: (&str, sys::rd_kafka_admin_op_t) =
    ("describing ACLs", sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBEACLS);
const DELETE: (&str, sys::rd_kafka_admin_op_t) =
    ("deleting ACLs", sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DELETEACLS);

/// Values of librdkafka's enums by their number in the protocol.
const TYPES: [Type; 5] = [
    Type::RD_KAFKA_RESOURCE_ANY,
    Type::RD_KAFKA_RESOURCE_TOPIC,
    Type::RD_KAFKA_RESOURCE_GROUP,
    Type::RD_KAFKA_RESOURCE_BROKER,
    Type::RD_KAFKA_RESOURCE_TRANSACTIONAL_ID,
];
const PATTERNS: [Pattern; 4] = [
    Pattern::RD_KAFKA_RESOURCE_PATTERN_ANY,
    Pattern::RD_KAFKA_RESOURCE_PATTERN_MATCH,
    Pattern::RD_KAFKA_RESOURCE_PATTERN_LITERAL,
    Pattern::RD_KAFKA_RESOURCE_PATTERN_PREFIXED,
];
const OPERATIONS: [Operation; 12] = [
    Operation::RD_KAFKA_ACL_OPERATION_ANY,
    Operation::RD_KAFKA_ACL_OPERATION_ALL,
    Operation::RD_KAFKA_ACL_OPERATION_READ,
    Operation::RD_KAFKA_ACL_OPERATION_WRITE,
    Operation::RD_KAFKA_ACL_OPERATION_CREATE,
    Operation::RD_KAFKA_ACL_OPERATION_DELETE,
    Operation::RD_KAFKA_ACL_OPERATION_ALTER,
    Operation::RD_KAFKA_ACL_OPERATION_DESCRIBE,
    Operation::RD_KAFKA_ACL_OPERATION_CLUSTER_ACTION,
    Operation::RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS,
    Operation::RD_KAFKA_ACL_OPERATION_ALTER_CONFIGS,
    Operation::RD_KAFKA_ACL_OPERATION_IDEMPOTENT_WRITE,
];
const PERMISSIONS: [Permission; 3] = [
    Permission::RD_KAFKA_ACL_PERMISSION_TYPE_ANY,
    Permission::RD_KAFKA_ACL_PERMISSION_TYPE_DENY,
    Permission::RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW,
];

/// A rule. Types, patterns, operations and permissions are the numbers of the Kafka protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acl {
    /// Type of the resource.
    pub resource_type: i32,
    /// Its name.
    pub resource_name: String,
    /// How the name is meant.
    pub pattern_type: i32,
    /// Whom it concerns, like `User:alice`.
    pub principal: String,
    /// From where; `*` is everywhere.
    pub host: String,
    /// What is allowed or denied.
    pub operation: i32,
    /// Allowed or denied.
    pub permission_type: i32,
}

/// Which rules are meant: as [`Acl`], where `None` and the "any" numbers match all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AclFilter {
    /// Type of the resource.
    pub resource_type: i32,
    /// Its name.
    pub resource_name: Option<String>,
    /// How the name is meant.
    pub pattern_type: i32,
    /// Whom it concerns.
    pub principal: Option<String>,
    /// From where.
    pub host: Option<String>,
    /// What is allowed or denied.
    pub operation: i32,
    /// Allowed or denied.
    pub permission_type: i32,
}

struct Native(*mut sys::rd_kafka_AclBinding_t);

impl Drop for Native {
    fn drop(&mut self) {
        // SAFETY: owned, and not null: `build` fails otherwise.
        unsafe { sys::rd_kafka_AclBinding_destroy(self.0) };
    }
}

impl Admin {
    /// Creates a rule; one that exists is created again.
    ///
    /// # Errors
    /// [`EngineError::Setting`] for a rule that only a filter could be, [`EngineError::Argument`] for
    /// an unknown number; the result holds [`EngineError::Kafka`].
    pub fn create_acl(&self, acl: &Acl, timeout: Duration) -> Result<Request<()>, EngineError> {
        let filter = AclFilter {
            resource_type: acl.resource_type,
            resource_name: Some(acl.resource_name.clone()),
            pattern_type: acl.pattern_type,
            principal: Some(acl.principal.clone()),
            host: Some(acl.host.clone()),
            operation: acl.operation,
            permission_type: acl.permission_type,
        };
        let native = Native::build(&filter, sys::rd_kafka_AclBinding_new)?;
        let send = |handle: &Handle, options: &Options, queue| {
            let mut rules = [native.0];
            // SAFETY: live arguments; the rule is copied into the request.
            unsafe {
                sys::rd_kafka_CreateAcls(handle.as_ptr(), rules.as_mut_ptr(), 1, options.as_ptr(), queue);
            }
            Ok(())
        };
        Request::send(self.open("create_acl")?, CREATE, timeout, send, |event| {
            let mut count = 0;
            // SAFETY: the event is of this kind; its parts live as long as it does.
            unsafe {
                let result = sys::rd_kafka_event_CreateAcls_result(event);
                let rules = parts(sys::rd_kafka_CreateAcls_result_acls(result, &mut count), count);
                rules.iter().try_for_each(|rule| part_error(CREATE.0, sys::rd_kafka_acl_result_error(*rule)))
            }
        })
    }

    /// The rules that match.
    ///
    /// # Errors
    /// As [`Admin::create_acl`].
    pub fn describe_acls(
        &self,
        filter: &AclFilter,
        timeout: Duration,
    ) -> Result<Request<Vec<Acl>>, EngineError> {
        let native = Native::build(filter, sys::rd_kafka_AclBindingFilter_new)?;
        let send = |handle: &Handle, options: &Options, queue| {
            // SAFETY: live arguments; the filter is copied into the request.
            unsafe { sys::rd_kafka_DescribeAcls(handle.as_ptr(), native.0, options.as_ptr(), queue) };
            Ok(())
        };
        Request::send(self.open("describe_acls")?, DESCRIBE, timeout, send, |event| {
            let mut count = 0;
            // SAFETY: the event is of this kind; its parts live as long as it does.
            unsafe {
                let result = sys::rd_kafka_event_DescribeAcls_result(event);
                let rules = parts(sys::rd_kafka_DescribeAcls_result_acls(result, &mut count), count);
                Ok(rules.iter().map(|rule| Acl::copy(*rule)).collect())
            }
        })
    }

    /// Deletes the rules that match; the result is those.
    ///
    /// # Errors
    /// As [`Admin::create_acl`].
    pub fn delete_acls(
        &self,
        filter: &AclFilter,
        timeout: Duration,
    ) -> Result<Request<Vec<Acl>>, EngineError> {
        let native = Native::build(filter, sys::rd_kafka_AclBindingFilter_new)?;
        let send = |handle: &Handle, options: &Options, queue| {
            let mut filters = [native.0];
            // SAFETY: live arguments; the filter is copied into the request.
            unsafe {
                sys::rd_kafka_DeleteAcls(handle.as_ptr(), filters.as_mut_ptr(), 1, options.as_ptr(), queue);
            }
            Ok(())
        };
        Request::send(self.open("delete_acls")?, DELETE, timeout, send, |event| {
            let mut count = 0;
            // SAFETY: the event is of this kind; its parts live as long as it does.
            unsafe {
                let result = sys::rd_kafka_event_DeleteAcls_result(event);
                let answers = parts(sys::rd_kafka_DeleteAcls_result_responses(result, &mut count), count);
                let mut deleted = Vec::new();
                for answer in answers {
                    part_error(DELETE.0, sys::rd_kafka_DeleteAcls_result_response_error(*answer))?;
                    let mut found = 0;
                    let start = sys::rd_kafka_DeleteAcls_result_response_matching_acls(*answer, &mut found);
                    deleted.extend(parts(start, found).iter().map(|rule| Acl::copy(*rule)));
                }
                Ok(deleted)
            }
        })
    }
}

type Build = unsafe extern "C" fn(
    Type,
    *const c_char,
    Pattern,
    *const c_char,
    *const c_char,
    Operation,
    Permission,
    *mut c_char,
    usize,
) -> *mut sys::rd_kafka_AclBinding_t;

impl Native {
    fn build(filter: &AclFilter, build: Build) -> Result<Self, EngineError> {
        let resource_type = value(&TYPES, "resource type", filter.resource_type, |known| *known as i32)?;
        let pattern = value(&PATTERNS, "pattern type", filter.pattern_type, |known| *known as i32)?;
        let operation = value(&OPERATIONS, "operation", filter.operation, |known| *known as i32)?;
        let permission =
            value(&PERMISSIONS, "permission type", filter.permission_type, |known| *known as i32)?;
        let native = |what: &str, text: &Option<String>| -> Result<Option<CString>, EngineError> {
            text.as_deref().map(|text| c_text(what, text)).transpose()
        };
        let name = native("resource name", &filter.resource_name)?;
        let principal = native("principal", &filter.principal)?;
        let host = native("host", &filter.host)?;
        let pointer = |text: &Option<CString>| text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr());
        let mut reason = [0 as c_char; 512];
        // SAFETY: strings live through the call and are copied; null means any; the buffer's size is
        // passed along.
        let built = unsafe {
            build(
                resource_type,
                pointer(&name),
                pattern,
                pointer(&principal),
                pointer(&host),
                operation,
                permission,
                reason.as_mut_ptr(),
                reason.len(),
            )
        };
        if built.is_null() {
            return Err(EngineError::Setting(text(reason.as_ptr()).unwrap_or_default()));
        }
        Ok(Self(built))
    }
}

fn value<T: Copy>(
    known: &[T],
    what: &str,
    number: i32,
    number_of: impl Fn(&T) -> i32,
) -> Result<T, EngineError> {
    let found = known.iter().find(|value| number_of(value) == number).copied();
    found.ok_or_else(|| EngineError::Argument(format!("{number} is no {what} of an ACL")))
}

impl Acl {
    /// # Safety
    /// `native` is a part of a live result.
    unsafe fn copy(native: *const sys::rd_kafka_AclBinding_t) -> Self {
        // SAFETY: the caller's promise; texts are copied.
        unsafe {
            Self {
                resource_type: sys::rd_kafka_AclBinding_restype(native) as i32,
                resource_name: text(sys::rd_kafka_AclBinding_name(native)).unwrap_or_default(),
                pattern_type: sys::rd_kafka_AclBinding_resource_pattern_type(native) as i32,
                principal: text(sys::rd_kafka_AclBinding_principal(native)).unwrap_or_default(),
                host: text(sys::rd_kafka_AclBinding_host(native)).unwrap_or_default(),
                operation: sys::rd_kafka_AclBinding_operation(native) as i32,
                permission_type: sys::rd_kafka_AclBinding_permission_type(native) as i32,
            }
        }
    }
}
