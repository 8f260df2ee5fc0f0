//! One file per Ruby class under `Karafka::Native`, each ending in its own `init`.

pub mod acknowledgement;
pub mod admin;
pub mod batch;
pub mod broker;
pub mod cipher;
pub mod connection;
pub mod deliveries;
pub mod delivery_handle;
pub mod fan_out;
pub mod group_metadata;
pub mod jobs;
pub mod json;
pub mod json_values;
pub mod library;
pub mod message_fields;
pub mod partition;
pub mod partition_features;
mod partition_names;
pub mod pending;
pub mod poller;
pub mod producer;
pub mod raw_client;
pub mod reader;
pub mod rebalance;
pub mod rows;
pub mod shortcut;
pub mod switch;

use magnus::{Ruby, TypedData};

/// Looks every wrapped class up, which the binding library does at the first object otherwise: by a call
/// of Ruby in whatever thread that is. `Thread#kill` there would become a panic and spoil the class for
/// good, and a switch to a thread that wants the class as well would leave both waiting for ever.
pub fn look_up_classes(ruby: &Ruby) {
    let lookups: [fn(&Ruby) -> magnus::RClass; 20] = [
        admin::Admin::class,
        batch::Batch::class,
        broker::Broker::class,
        cipher::Opened::class,
        cipher::Opener::class,
        cipher::Sealer::class,
        connection::Connection::class,
        deliveries::Deliveries::class,
        fan_out::Extractor::class,
        group_metadata::GroupMetadata::class,
        jobs::Jobs::class,
        partition::Partition::class,
        poller::Poller::class,
        producer::Producer::class,
        reader::Reader::class,
        rebalance::Rebalance::class,
        shortcut::Shortcut::class,
        switch::Gate::class,
        switch::Pass::class,
        switch::Switch::class,
    ];
    for look_up in lookups {
        look_up(ruby);
    }
}
