//! `Karafka::Native::Admin`: changes to a cluster and questions about it.

use karafka_engine::admin::{
    Acl, AclFilter, Admin as Engine, Change, ConfigEntry, IsolationLevel, Operation, Resource,
    ResourceChanges,
};
use magnus::{
    function, method, Class, Error, Module, Object, RArray, RHash, RModule, Ruby, Symbol, TryConvert, Value,
};

use super::pending::{milliseconds, partitions, perform};
use super::raw_client::{self, RawClient};
use crate::vm::{errors, fork};

/// An admin client. Timeouts are in ms; each call waits for its answer without the VM lock.
#[magnus::wrap(class = "Karafka::Native::Admin", free_immediately)]
pub struct Admin(fork::Guarded<Engine>);

impl RawClient for Admin {
    type Engine = Engine;

    fn guarded(&self) -> &fork::Guarded<Engine> {
        &self.0
    }
}

impl Admin {
    fn new(ruby: &Ruby, hash: RHash) -> Result<Self, Error> {
        raw_client::create(ruby, hash, Engine::create).map(Self)
    }

    fn create_topic(
        ruby: &Ruby,
        rb_self: &Self,
        name: String,
        partitions: i32,
        replicas: i32,
        config: Vec<(String, String)>,
        timeout: u64,
    ) -> Result<(), Error> {
        let timeout = milliseconds(timeout);
        let sent = rb_self.0.get(ruby)?.create_topic(&name, partitions, replicas, &config, timeout);
        perform(ruby, &errors::to_ruby(ruby, sent)?, "create_topic", timeout)
    }

    fn delete_topic(ruby: &Ruby, rb_self: &Self, name: String, timeout: u64) -> Result<(), Error> {
        let timeout = milliseconds(timeout);
        let sent = rb_self.0.get(ruby)?.delete_topic(&name, timeout);
        perform(ruby, &errors::to_ruby(ruby, sent)?, "delete_topic", timeout)
    }

    fn create_partitions(
        ruby: &Ruby,
        rb_self: &Self,
        name: String,
        total: usize,
        timeout: u64,
    ) -> Result<(), Error> {
        let timeout = milliseconds(timeout);
        let sent = rb_self.0.get(ruby)?.create_partitions(&name, total, timeout);
        perform(ruby, &errors::to_ruby(ruby, sent)?, "create_partitions", timeout)
    }

    fn delete_group(ruby: &Ruby, rb_self: &Self, name: String, timeout: u64) -> Result<String, Error> {
        let timeout = milliseconds(timeout);
        let sent = rb_self.0.get(ruby)?.delete_group(&name, timeout);
        perform(ruby, &errors::to_ruby(ruby, sent)?, "delete_group", timeout)
    }

    /// `[[topic, partition, offset, ms, leader epoch or nil], ...]`; an isolation of 1 is "committed".
    fn list_offsets(
        ruby: &Ruby,
        rb_self: &Self,
        list: RArray,
        isolation: Option<i32>,
        timeout: u64,
    ) -> Result<RArray, Error> {
        let (list, timeout) = (partitions(list)?, milliseconds(timeout));
        let isolation = isolation.map(|level| match level {
            1 => IsolationLevel::ReadCommitted,
            _ => IsolationLevel::ReadUncommitted,
        });
        let sent = rb_self.0.get(ruby)?.list_offsets(&list, isolation, timeout);
        let found = perform(ruby, &errors::to_ruby(ruby, sent)?, "list_offsets", timeout)?;
        let answer = ruby.ary_new_capa(found.len());
        for one in found {
            let at = one.partition;
            answer.push((at.topic, at.partition, at.offset.unwrap_or(-1), one.timestamp, at.leader_epoch))?;
        }
        Ok(answer)
    }

    /// Takes `[[type, name], ...]`, answers `[[type, name, entries], ...]`.
    fn describe_configs(ruby: &Ruby, rb_self: &Self, list: RArray, timeout: u64) -> Result<RArray, Error> {
        let (list, timeout) = (resources(list)?, milliseconds(timeout));
        let sent = rb_self.0.get(ruby)?.describe_configs(&list, timeout);
        let found = perform(ruby, &errors::to_ruby(ruby, sent)?, "describe_configs", timeout)?;
        resource_arrays(ruby, found)
    }

    /// Takes `[[type, name, [[operation, setting, value or nil], ...]], ...]`.
    fn alter_configs(ruby: &Ruby, rb_self: &Self, list: RArray, timeout: u64) -> Result<RArray, Error> {
        let (list, timeout) = (resources(list)?, milliseconds(timeout));
        let sent = rb_self.0.get(ruby)?.alter_configs(&list, timeout);
        let changed = perform(ruby, &errors::to_ruby(ruby, sent)?, "alter_configs", timeout)?;
        resource_arrays(ruby, changed)
    }

    /// Takes `[type, name, pattern, principal, host, operation, permission]`.
    fn create_acl(ruby: &Ruby, rb_self: &Self, rule: RArray, timeout: u64) -> Result<(), Error> {
        let (rule, timeout) = (acl(rule)?, milliseconds(timeout));
        let sent = rb_self.0.get(ruby)?.create_acl(&rule, timeout);
        perform(ruby, &errors::to_ruby(ruby, sent)?, "create_acl", timeout)
    }

    fn describe_acls(ruby: &Ruby, rb_self: &Self, filter: RArray, timeout: u64) -> Result<RArray, Error> {
        let (filter, timeout) = (acl_filter(filter)?, milliseconds(timeout));
        let sent = rb_self.0.get(ruby)?.describe_acls(&filter, timeout);
        acl_arrays(ruby, perform(ruby, &errors::to_ruby(ruby, sent)?, "describe_acls", timeout)?)
    }

    fn delete_acls(ruby: &Ruby, rb_self: &Self, filter: RArray, timeout: u64) -> Result<RArray, Error> {
        let (filter, timeout) = (acl_filter(filter)?, milliseconds(timeout));
        let sent = rb_self.0.get(ruby)?.delete_acls(&filter, timeout);
        acl_arrays(ruby, perform(ruby, &errors::to_ruby(ruby, sent)?, "delete_acls", timeout)?)
    }
}

fn resources(list: RArray) -> Result<Vec<ResourceChanges>, Error> {
    list.into_iter()
        .map(|entry| {
            let entry = RArray::try_convert(entry)?;
            let listed: Option<RArray> = entry.entry(2)?;
            let changes = listed.map_or_else(|| Ok(Vec::new()), changes)?;
            Ok(ResourceChanges { kind: entry.entry(0)?, name: entry.entry(1)?, changes })
        })
        .collect()
}

fn changes(list: RArray) -> Result<Vec<Change>, Error> {
    list.into_iter()
        .map(|change: Value| {
            let (operation, name, value): (Symbol, String, Option<String>) = TryConvert::try_convert(change)?;
            let operation = match &*operation.name()? {
                "delete" => Operation::Delete,
                "append" => Operation::Append,
                "subtract" => Operation::Subtract,
                _ => Operation::Set,
            };
            Ok(Change { operation, name, value })
        })
        .collect()
}

fn resource_arrays(ruby: &Ruby, resources: Vec<Resource>) -> Result<RArray, Error> {
    let list = ruby.ary_new_capa(resources.len());
    for resource in resources {
        list.push((resource.kind, resource.name, entry_arrays(ruby, resource.entries)?))?;
    }
    Ok(list)
}

/// `[[name, value, default, read only, sensitive, synonym, synonyms], ...]`.
fn entry_arrays(ruby: &Ruby, entries: Vec<ConfigEntry>) -> Result<RArray, Error> {
    let list = ruby.ary_new_capa(entries.len());
    for entry in entries {
        let synonyms = entry_arrays(ruby, entry.synonyms)?;
        let flags = (entry.default, entry.read_only, entry.sensitive, entry.synonym);
        list.push((entry.name, entry.value, flags.0, flags.1, flags.2, flags.3, synonyms))?;
    }
    Ok(list)
}

fn acl(list: RArray) -> Result<Acl, Error> {
    Ok(Acl {
        resource_type: list.entry(0)?,
        resource_name: list.entry(1)?,
        pattern_type: list.entry(2)?,
        principal: list.entry(3)?,
        host: list.entry(4)?,
        operation: list.entry(5)?,
        permission_type: list.entry(6)?,
    })
}

fn acl_filter(list: RArray) -> Result<AclFilter, Error> {
    Ok(AclFilter {
        resource_type: list.entry(0)?,
        resource_name: list.entry(1)?,
        pattern_type: list.entry(2)?,
        principal: list.entry(3)?,
        host: list.entry(4)?,
        operation: list.entry(5)?,
        permission_type: list.entry(6)?,
    })
}

fn acl_arrays(ruby: &Ruby, rules: Vec<Acl>) -> Result<RArray, Error> {
    let list = ruby.ary_new_capa(rules.len());
    for rule in rules {
        list.push((
            rule.resource_type,
            rule.resource_name,
            rule.pattern_type,
            rule.principal,
            rule.host,
            rule.operation,
            rule.permission_type,
        ))?;
    }
    Ok(list)
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let class = native.define_class("Admin", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(Admin::new, 1))?;
    class.define_method("create_topic", method!(Admin::create_topic, 5))?;
    class.define_method("delete_topic", method!(Admin::delete_topic, 2))?;
    class.define_method("create_partitions", method!(Admin::create_partitions, 3))?;
    class.define_method("delete_group", method!(Admin::delete_group, 2))?;
    class.define_method("list_offsets", method!(Admin::list_offsets, 3))?;
    class.define_method("describe_configs", method!(Admin::describe_configs, 2))?;
    class.define_method("alter_configs", method!(Admin::alter_configs, 2))?;
    class.define_method("create_acl", method!(Admin::create_acl, 2))?;
    class.define_method("describe_acls", method!(Admin::describe_acls, 2))?;
    class.define_method("delete_acls", method!(Admin::delete_acls, 2))?;
    raw_client::define_methods!(class, Admin);
    Ok(())
}
