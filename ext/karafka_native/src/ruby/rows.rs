//! Values of the engine as plain Arrays, which Ruby's side of a connection makes its objects from.

use std::sync::Arc;

use karafka_engine::client::{Event, PartitionOffset};
use karafka_engine::connection::Polled;
use karafka_engine::partition::Partition;
use magnus::{Error, RArray, Ruby};

use super::batch::Batch;
use crate::vm::errors;

/// An event as an Array that starts with its kind.
pub fn event_array(ruby: &Ruby, event: Event) -> Result<RArray, Error> {
    let array = ruby.ary_new();
    let kind = |name: &str| ruby.to_symbol(name);
    match event {
        Event::Statistics(json) => {
            array.push(kind("statistics"))?;
            array.push(json)?;
        }
        Event::Error(error) => {
            array.push(kind("error"))?;
            array.push(errors::kafka_exception(ruby, &error)?)?;
        }
        Event::TokenRefresh(config) => {
            array.push(kind("token_refresh"))?;
            array.push(config)?;
        }
        Event::Log { level, facility, message } => {
            array.push(kind("log"))?;
            array.push(level)?;
            array.push(facility)?;
            array.push(message)?;
        }
    }
    Ok(array)
}

/// `[[topic, partition], ...]`.
pub fn pairs(ruby: &Ruby, partitions: &[PartitionOffset]) -> Result<RArray, Error> {
    let array = ruby.ary_new_capa(partitions.len());
    for partition in partitions {
        array.push((partition.topic.as_str(), partition.partition))?;
    }
    Ok(array)
}

/// `[[topic, partition], ...]` of states.
pub fn places(ruby: &Ruby, states: Vec<Arc<Partition>>) -> Result<RArray, Error> {
    let array = ruby.ary_new_capa(states.len());
    for state in states {
        array.push((state.topic(), state.number()))?;
    }
    Ok(array)
}

/// `[[topic, partition, offset or nil, metadata or nil, error or nil], ...]`.
pub fn rows(ruby: &Ruby, partitions: &[PartitionOffset]) -> Result<RArray, Error> {
    let array = ruby.ary_new_capa(partitions.len());
    for found in partitions {
        let row = ruby.ary_new_capa(5);
        row.push(found.topic.as_str())?;
        row.push(found.partition)?;
        row.push(found.offset)?;
        row.push(found.metadata.as_deref().map(|text| ruby.str_from_slice(text)))?;
        match &found.error {
            Some(error) => row.push(errors::kafka_exception(ruby, error)?)?,
            None => row.push(ruby.qnil())?,
        }
        array.push(row)?;
    }
    Ok(array)
}

/// What a poll brought: `[batches, ends, reports, failure, rebalances]`, as `Connection#poll` tells.
pub fn polled_array(ruby: &Ruby, polled: Polled) -> Result<RArray, Error> {
    let batches = ruby.ary_new_capa(polled.batches.len());
    for batch in polled.batches {
        batches.push(Batch::new(batch))?;
    }
    let ends = ruby.ary_new();
    for end in polled.ends {
        ends.push((end.topic, end.partition, end.offset))?;
    }
    let reports = ruby.ary_new();
    for report in &polled.reports {
        reports.push(errors::kafka_exception(ruby, report)?)?;
    }
    let result = ruby.ary_new_capa(5);
    result.push(batches)?;
    result.push(ends)?;
    result.push(reports)?;
    match &polled.failure {
        Some(failure) => result.push(errors::kafka_exception(ruby, failure)?)?,
        None => result.push(ruby.qnil())?,
    }
    result.push(polled.rebalances)?;
    Ok(result)
}
