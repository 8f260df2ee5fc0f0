//! `Karafka::Native::Rebalance`: what the group asks, until it is answered.

use karafka_engine::connection::{Rebalance as Asked, RebalanceKind};
use magnus::{method, Class, Error, Exception, Module, RArray, RModule, Ruby, Symbol};

use super::rows::pairs;
use crate::vm::errors;

/// A rebalance on its way to its answer.
#[magnus::wrap(class = "Karafka::Native::Rebalance", free_immediately)]
pub struct Rebalance(pub Asked);

impl Rebalance {
    /// `:assign` or `:revoke`.
    fn kind(ruby: &Ruby, rb_self: &Self) -> Symbol {
        ruby.to_symbol(match rb_self.0.kind {
            RebalanceKind::Assign => "assign",
            RebalanceKind::Revoke => "revoke",
        })
    }

    fn partitions(ruby: &Ruby, rb_self: &Self) -> Result<RArray, Error> {
        pairs(ruby, &rb_self.0.partitions)
    }

    fn lost(&self) -> bool {
        self.0.lost
    }

    fn error(ruby: &Ruby, rb_self: &Self) -> Result<Option<Exception>, Error> {
        rb_self.0.error.as_ref().map(|error| errors::kafka_exception(ruby, error)).transpose()
    }
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    let rebalance = native.define_class("Rebalance", ruby.class_object())?;
    rebalance.undef_default_alloc_func();
    rebalance.define_method("kind", method!(Rebalance::kind, 0))?;
    rebalance.define_method("partitions", method!(Rebalance::partitions, 0))?;
    rebalance.define_method("lost?", method!(Rebalance::lost, 0))?;
    rebalance.define_method("error", method!(Rebalance::error, 0))?;
    Ok(())
}
