//! The cost of a mark, and of the batch it belongs to, from 100 to 100,000 messages in work.

#![allow(missing_docs)] // criterion makes a public function that has none

use criterion::{criterion_group, criterion_main, BatchSize, BenchmarkId, Criterion, Throughput};
use karafka_engine::ledger::{Ledger, LedgerMode, Sink};

const LANES: i64 = 8;

/// A batch of `size` messages over eight lanes, none of them marked.
fn registered(size: i64) -> Ledger {
    let lanes: Vec<(u32, Vec<i64>)> =
        (0..LANES).map(|lane| (lane as u32, (lane..size).step_by(LANES as usize).collect())).collect();
    let mut ledger = Ledger::new(LedgerMode { lanes: true, ..LedgerMode::default() });
    ledger.begin(0);
    ledger.register(0, size - 1, &lanes);
    ledger
}

/// Every message is marked: in the log's order, and lane after lane, which leaves all work to one advance.
fn marks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ledger marks");
    for size in [100i64, 1_000, 10_000, 100_000] {
        group.throughput(Throughput::Elements(size as u64));
        let in_order: Vec<i64> = (0..size).collect();
        let by_lane: Vec<i64> =
            (0..LANES).rev().flat_map(|lane| (lane..size).step_by(LANES as usize)).collect();
        for (order, offsets) in [("in order", in_order), ("lane after lane", by_lane)] {
            group.bench_with_input(BenchmarkId::new(order, size), &offsets, |bencher, offsets| {
                bencher.iter_batched_ref(
                    || registered(size),
                    |ledger| {
                        for offset in offsets {
                            ledger.mark(*offset, None, None, Sink::Store);
                        }
                    },
                    BatchSize::LargeInput,
                );
            });
        }
    }
    group.finish();
}

/// A batch is taken in.
fn registrations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ledger registers");
    for size in [100i64, 1_000, 10_000, 100_000] {
        group.throughput(Throughput::Elements(size as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), &size, |bencher, size| {
            bencher.iter_with_large_drop(|| registered(*size));
        });
    }
    group.finish();
}

criterion_group!(benches, marks, registrations);
criterion_main!(benches);
