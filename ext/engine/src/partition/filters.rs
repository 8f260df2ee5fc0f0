//! What the filters of a topic want after a run, all of them taken together.

use std::time::Duration;

/// No pause of a filter is shorter: one of nothing would have the reader run in circles.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// What becomes of the reader. The order matters: who pauses wins over who seeks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum FilterAction {
    /// Nothing: it goes on behind the batch.
    #[default]
    Skip,
    /// It goes on at the cursor at once.
    Seek,
    /// It goes on at the cursor, after a rest.
    Pause,
}

/// What one filter wants that has changed the batch, or wants an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wish {
    /// What becomes of the reader.
    pub action: FilterAction,
    /// How long it rests.
    pub timeout: Option<Duration>,
    /// The first offset that the filter needs next.
    pub cursor: Option<i64>,
    /// The offset that it wants to be marked.
    pub mark: Option<i64>,
    /// Its mark is committed at once.
    pub commits: bool,
}

/// What all filters of a partition want.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filtered {
    /// What becomes of the reader.
    pub action: FilterAction,
    /// The shortest rest of those who pause; `None` takes the topic's.
    pub timeout: Option<Duration>,
    /// The lowest cursor of all; `None` goes on behind the batch.
    pub cursor: Option<i64>,
    /// The lowest offset to be marked, never what another filter needs next.
    pub mark: Option<i64>,
    /// One of the marks is to be committed at once.
    pub commits: bool,
}

impl Filtered {
    /// All wishes as one. A seek to nowhere is none.
    pub fn combine(wishes: &[Wish]) -> Self {
        let wanted = wishes.iter().map(|wish| wish.action).max().unwrap_or_default();
        let pauses = wishes.iter().filter(|wish| wish.action == FilterAction::Pause);
        let timeout =
            pauses.filter_map(|wish| wish.timeout).min().map(|shortest| shortest.max(SHORTEST_PAUSE));
        let cursor = wishes.iter().filter_map(|wish| wish.cursor).min();
        let nowhere = wanted == FilterAction::Seek && cursor.is_none();
        let action = if nowhere { FilterAction::Skip } else { wanted };
        // A filter that marks what it needs next itself has said so.
        let waits = |wish: &&Wish| wish.action != FilterAction::Skip && wish.mark.is_none();
        let needed = wishes.iter().filter(waits).filter_map(|wish| wish.cursor).min();
        let lowest = wishes.iter().filter_map(|wish| wish.mark).min();
        let mark = lowest.map(|mark| needed.map_or(mark, |needed| mark.min(needed.saturating_sub(1))));
        let commits = wishes.iter().any(|wish| wish.commits && wish.mark.is_some());
        Self { action, timeout, cursor, mark, commits }
    }

    /// Whether reading goes on elsewhere than behind the batch, or later.
    pub fn is_asking(&self) -> bool {
        self.action != FilterAction::Skip
    }
}

#[cfg(test)]
#[path = "filters_tests.rs"]
mod tests;
