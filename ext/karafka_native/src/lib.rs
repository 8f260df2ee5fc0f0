//! The Ruby binding of karafka-engine: it converts values and hands on calls, and holds no rule.
//!
//! `vm/` is the border (VM lock, errors, forks), `ruby/` holds one file per class under
//! `Karafka::Native`.

use magnus::{Error, Module, Ruby};

mod ruby;
mod vm;

/// Batches are filled by one thread and dropped by another, as librdkafka's messages are: the same allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[magnus::init]
fn init(ruby: &Ruby) -> Result<(), Error> {
    let native = ruby.define_module("Karafka")?.define_module("Native")?;
    ruby::library::init(ruby, native)?;
    ruby::admin::init(ruby, native)?;
    ruby::reader::init(ruby, native)?;
    ruby::batch::init(ruby, native)?;
    ruby::broker::init(ruby, native)?;
    ruby::cipher::init(ruby, native)?;
    ruby::connection::init(ruby, native)?;
    ruby::rebalance::init(ruby, native)?;
    ruby::jobs::init(ruby, native)?;
    ruby::json::init(ruby, native)?;
    ruby::partition::init(ruby, native)?;
    ruby::delivery_handle::init(ruby, native)?;
    ruby::fan_out::init(ruby, native)?;
    ruby::group_metadata::init(ruby, native)?;
    ruby::acknowledgement::init(ruby, native)?;
    ruby::deliveries::init(ruby, native)?;
    ruby::poller::init(ruby, native)?;
    ruby::producer::init(ruby, native)?;
    ruby::shortcut::init(ruby, native)?;
    ruby::switch::init(ruby, native)?;
    ruby::look_up_classes(ruby);
    Ok(())
}
