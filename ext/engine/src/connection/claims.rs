//! What an assignment claims among all connections of the process.

use std::sync::Arc;

use super::Inner;
use crate::client::PartitionOffset;
use crate::partition::{Claim, Place, Term};

impl Inner {
    /// Claims what was taken. What is claimed already was never given away. A cluster that does not name
    /// itself cannot be told from others, so nothing is claimed there.
    pub(super) fn claim(&self, taken: &[PartitionOffset], term: Term) {
        let Some(cluster) = self.handle.cluster_id() else { return };
        let cluster: Arc<str> = cluster.into();
        let mut claims = self.claims.lock();
        for one in taken {
            let topic: Arc<str> = one.topic.as_str().into();
            claims.entry((topic.clone(), one.partition)).or_insert_with(|| {
                let (cluster, group) = (cluster.clone(), self.group.clone());
                Claim::stake(Place { cluster, group, topic, partition: one.partition }, term)
            });
        }
    }

    pub(super) fn disclaim(&self, topic: &str, partition: i32) {
        let gone = self.claims.lock().remove(&(topic.into(), partition));
        drop(gone);
    }
}
