//! Deleting consumer groups.

use std::time::Duration;

use rdkafka_sys as sys;

use super::request::{part_error, parts, Options, Request};
use super::Admin;
use crate::client::{c_text, Handle};
use crate::error::{text, EngineError};

const DELETE: (&str, sys::rd_kafka_admin_op_t) =
    ("deleting a consumer group", sys::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DELETEGROUPS);

struct DeleteGroup(*mut sys::rd_kafka_DeleteGroup_t);

impl Drop for DeleteGroup {
    fn drop(&mut self) {
        // SAFETY: owned; librdkafka's allocation does not fail.
        unsafe { sys::rd_kafka_DeleteGroup_destroy(self.0) };
    }
}

impl Admin {
    /// Deletes a group and its offsets; the result is its name.
    ///
    /// # Errors
    /// The result holds [`EngineError::Kafka`], as `GROUP_ID_NOT_FOUND` or `NON_EMPTY_GROUP`.
    pub fn delete_group(&self, name: &str, timeout: Duration) -> Result<Request<String>, EngineError> {
        let name = c_text("group name", name)?;
        // SAFETY: a live string, which is copied.
        let group = DeleteGroup(unsafe { sys::rd_kafka_DeleteGroup_new(name.as_ptr()) });
        let send = |handle: &Handle, options: &Options, queue| {
            let mut groups = [group.0];
            // SAFETY: live arguments; the group is copied into the request.
            unsafe {
                sys::rd_kafka_DeleteGroups(handle.as_ptr(), groups.as_mut_ptr(), 1, options.as_ptr(), queue);
            }
            Ok(())
        };
        Request::send(self.open("delete_group")?, DELETE, timeout, send, |event| {
            let mut count = 0;
            // SAFETY: the event is of this kind; its parts live as long as it does.
            unsafe {
                let result = sys::rd_kafka_event_DeleteGroups_result(event);
                let groups = parts(sys::rd_kafka_DeleteGroups_result_groups(result, &mut count), count);
                let mut deleted = String::new();
                for group in groups {
                    part_error(DELETE.0, sys::rd_kafka_group_result_error(*group))?;
                    deleted = text(sys::rd_kafka_group_result_name(*group)).unwrap_or_default();
                }
                Ok(deleted)
            }
        })
    }
}
