//! What keeps a group from polling.

use std::collections::HashMap;

/// How many blocking jobs each group has; zero entries are removed.
#[derive(Default)]
pub(super) struct Blocking(HashMap<String, usize>);

impl Blocking {
    pub(super) fn any(&self, group: &str) -> bool {
        self.0.contains_key(group)
    }

    pub(super) fn add(&mut self, group: &str) {
        *self.0.entry(group.to_owned()).or_default() += 1;
    }

    /// Whether that was the group's last one.
    pub(super) fn remove(&mut self, group: &str) -> bool {
        let Some(count) = self.0.get_mut(group) else { return false };
        *count -= 1;
        let last = *count == 0;
        if last {
            self.0.remove(group);
        }
        last
    }
}
