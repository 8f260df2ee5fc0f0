//! Whole groups of messages on lanes, as evenly as their sizes allow.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::num::NonZeroU64;

use super::Lane;

/// Assigns groups to at most `lanes` lanes: the largest group first (of equal ones, the one whose first
/// message comes first), each to the lane with the fewest messages (of equal ones, the lowest id).
/// `groups` holds each message's group, numbered by first appearance. A group is never split. Lanes come
/// in the order of their first messages.
pub fn by_groups(groups: &[u32], lanes: NonZeroU64) -> Vec<Lane> {
    let count = groups.iter().max().map_or(0, |last| *last as usize + 1);
    let mut sizes = vec![0u64; count];
    for group in groups {
        sizes[*group as usize] += 1;
    }
    let mut order: Vec<usize> = (0..count).collect();
    // Stable, and groups are numbered by their first message.
    order.sort_by_key(|group| Reverse(sizes[*group]));
    let lane_of = assign(&order, &sizes, lanes);
    super::by_ids(groups.iter().map(|group| lane_of[*group as usize]))
}

fn assign(order: &[usize], sizes: &[u64], lanes: NonZeroU64) -> Vec<i64> {
    // More lanes than groups never get one.
    let used = lanes.get().min(order.len() as u64);
    let mut loads: BinaryHeap<Reverse<(u64, i64)>> = (0..used).map(|id| Reverse((0, id as i64))).collect();
    let mut lane_of = vec![0; sizes.len()];
    for group in order {
        if let Some(mut least) = loads.peek_mut() {
            lane_of[*group] = least.0 .1;
            least.0 .0 += sizes[*group];
        }
    }
    lane_of
}
