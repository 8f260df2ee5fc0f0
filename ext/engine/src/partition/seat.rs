//! Where batches go that need no listener.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Partition;

/// The number of who works on a partition's batches, where they may go there past the listener; 0 for nobody.
#[derive(Default)]
pub(super) struct Seat(AtomicU64);

impl Partition {
    /// The number of who works on its batches, for as long as it is assigned; 0 while they go by the listener.
    pub fn seat(&self) -> u64 {
        self.seat.0.load(Ordering::Acquire)
    }

    /// From now on batches may go past the listener to whom the number stands for.
    pub fn take_seat(&self, seat: u64) {
        self.seat.0.store(seat, Ordering::Release);
    }
}
