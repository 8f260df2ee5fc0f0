//! What fan-out costs: keys and lanes of a batch of 1,000 messages, JSON pointers by document, and from
//! which size of a batch on the pool gains time. `cargo bench -p karafka-engine --bench fanout [-- FILTER]`.

#![allow(missing_docs)] // criterion makes a public function that has none

use std::hint::black_box;
use std::num::NonZeroU64;
use std::sync::Arc;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use karafka_engine::batch::{ArenaPool, Batch, Builder};
use karafka_engine::fanout::{self, Extractor, Keys};
use karafka_engine::pool;
use rayon::prelude::*;

const MESSAGES: usize = 1_000;

fn user(index: usize) -> String {
    format!("user-{}", index * 7 % 100)
}

/// JSON of 200 bytes, most of them one string.
fn padded(index: usize) -> String {
    format!("{{\"pad\":\"{}\",\"id\":\"{}\"}}", "x".repeat(174), user(index))
}

/// JSON of 200 bytes, many small values, the wanted one in the middle.
fn order(index: usize) -> String {
    let total = index as f64 * 1.37;
    format!(
        "{{\"order\":{{\"number\":{index},\"total\":{total:.2},\"currency\":\"EUR\",\"paid\":true,\"note\":null}},\
         \"id\":\"{}\",\"customer\":{{\"id\":{},\"name\":\"Zofia Nowak\",\"email\":\"zofia@example.com\"}},\
         \"lines\":[1,{{\"sku\":\"A-7\"}}]}}",
        user(index),
        index * 7
    )
}

/// Keys of 100 users, 20 tenants in a header.
fn batch(messages: usize, document: impl Fn(usize) -> String) -> Batch {
    let mut builder = Builder::new(Arc::from("topic"), 0, ArenaPool::default());
    for index in 0..messages {
        let (key, payload, tenant) = (user(index), document(index), format!("t{}", index % 20));
        let headers = [(&b"tenant"[..], Some(tenant.as_bytes()))];
        builder.append(index as i64, Some(payload.as_bytes()), Some(key.as_bytes()), &headers);
    }
    builder.finish(0)
}

fn extractors() -> Vec<(&'static str, Extractor)> {
    let json = Extractor::json("/id").into_iter();
    let mut all = vec![
        ("key", Extractor::MessageKey),
        ("header", Extractor::Header(b"tenant"[..].into())),
        ("payload", Extractor::Payload),
        ("key and payload", Extractor::Several([Extractor::MessageKey, Extractor::Payload].into())),
    ];
    if let Some(seven) = NonZeroU64::new(7) {
        all.push(("key modulo 7", Extractor::Modulo(Box::new(Extractor::MessageKey), seven)));
    }
    all.extend(json.map(|pointer| ("JSON pointer", pointer)));
    all
}

fn by_sums(batch: &Batch, extractor: &Extractor, lanes: NonZeroU64) -> Vec<fanout::Lane> {
    let sums = fanout::sums(black_box(batch), extractor).into_iter().flatten();
    fanout::by_ids(sums.map(|sum| fanout::lane_of(sum, lanes)))
}

/// From messages to lists of indexes.
fn lanes(criterion: &mut Criterion) {
    let batch = batch(MESSAGES, padded);
    for count in [1, 8, 64].into_iter().filter_map(NonZeroU64::new) {
        let mut group = criterion.benchmark_group(format!("fan-out, {count} lanes"));
        group.throughput(Throughput::Elements(MESSAGES as u64));
        for (name, extractor) in extractors() {
            group.bench_function(format!("{name}, consistent"), |bencher| {
                bencher.iter(|| by_sums(&batch, &extractor, count));
            });
            group.bench_function(format!("{name}, balanced"), |bencher| {
                bencher.iter(|| {
                    let groups = Keys::extract(black_box(&batch), &extractor).groups();
                    fanout::by_groups(&groups.unwrap_or_default(), count)
                });
            });
        }
        group.finish();
    }
}

/// What a document costs, by its shape.
fn documents(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("JSON pointer");
    group.throughput(Throughput::Elements(MESSAGES as u64));
    for (name, batch, pointer) in [
        ("one long string", batch(MESSAGES, padded), "/id"),
        ("an order", batch(MESSAGES, order), "/customer/email"),
    ] {
        let size = batch.bytes() / MESSAGES;
        if let Ok(extractor) = Extractor::json(pointer) {
            group.bench_function(format!("{name}, about {size} bytes a message"), |bencher| {
                bencher.iter(|| alone(&batch, &extractor));
            });
        }
    }
    group.finish();
}

fn alone(batch: &Batch, extractor: &Extractor) -> Vec<Option<u16>> {
    (0..batch.len()).map(|index| extractor.sum(black_box(batch), index).ok()).collect()
}

/// As `fanout::sums` does on the pool, whatever the size.
fn together(batch: &Batch, extractor: &Extractor) -> Vec<Option<u16>> {
    let one = |index| extractor.sum(black_box(batch), index).ok();
    let pooled = || (0..batch.len()).into_par_iter().with_min_len(64).map(one).collect();
    pool::shared().map_or_else(Vec::new, |pool| pool.install(pooled))
}

/// Where the pool begins to gain time, by the size of a batch: time on the wall.
fn pooling(criterion: &mut Criterion) {
    if let Some(pool) = pool::shared() {
        criterion.bench_function("pool, wake it and wait", |bencher| {
            bencher.iter(|| pool.install(|| black_box(0)));
        });
    }
    if let Ok(extractor) = Extractor::json("/id") {
        let mut group = criterion.benchmark_group("pool, JSON pointer");
        for messages in [128, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000] {
            let batch = batch(messages, padded);
            group.throughput(Throughput::Elements(messages as u64));
            group.bench_function(BenchmarkId::new("alone", messages), |bencher| {
                bencher.iter(|| alone(&batch, &extractor));
            });
            group.bench_function(BenchmarkId::new("together", messages), |bencher| {
                bencher.iter(|| together(&batch, &extractor));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, lanes, documents, pooling);
criterion_main!(benches);
