//! `Karafka::Native::GroupMetadata`: what a consumer's client answers as
//! `consumer_group_metadata_pointer`, for offsets in transactions. Opaque to Ruby.

use karafka_engine::producer::GroupMetadata as Engine;
use magnus::{Class, Error, Module, RModule, Ruby};

use crate::vm::fork::Guarded;

/// The group of one consumer at one moment.
#[magnus::wrap(class = "Karafka::Native::GroupMetadata", free_immediately)]
pub struct GroupMetadata(Guarded<Engine>);

impl GroupMetadata {
    /// Wraps what `karafka_engine::producer::GroupMetadata::of` gave.
    pub fn new(metadata: Engine) -> Self {
        Self(Guarded::new(metadata))
    }

    pub fn metadata(&self, ruby: &Ruby) -> Result<&Engine, Error> {
        self.0.get(ruby)
    }
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    native.define_class("GroupMetadata", ruby.class_object())?.undef_default_alloc_func();
    Ok(())
}
