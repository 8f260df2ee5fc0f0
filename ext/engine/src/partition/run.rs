//! One fan-out of one fetched batch: how many lanes still work, and how those that ended did.

use super::decide::Outcome;
use super::filters::Filtered;

/// The newest run of a partition; before the first one, nothing.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// First and last fetched offset.
    pub span: Option<(i64, i64)>,
    /// Lanes that have not ended.
    pub open: usize,
    /// A lane has begun, so the attempt is counted.
    pub entered: bool,
    /// One lane, whatever the topic asks for.
    pub collapsed: bool,
    /// The last offset that filters left, below every cursor that they showed.
    pub kept: Option<i64>,
    /// The lowest cursor that filters showed: nothing from there on counts as worked on.
    pub cut: Option<i64>,
    /// What filters want, once they were asked.
    pub filtered: Option<Filtered>,
    /// The worst of the lanes that ended.
    worst: Option<Outcome>,
}

impl Run {
    /// A run over the offsets of `span`. It has one lane until more are registered.
    pub fn new(span: (i64, i64), collapsed: bool) -> Self {
        Self { span: Some(span), open: 1, collapsed, ..Self::default() }
    }

    /// A lane ended. The collective outcome once it was the last one, exactly once a run.
    pub fn end_lane(&mut self, outcome: Outcome) -> Option<Outcome> {
        let worst = self.worst.map_or(outcome, |worst| worst.max(outcome));
        self.worst = Some(worst);
        self.open = self.open.saturating_sub(1);
        (self.open == 0).then_some(worst)
    }

    /// Whether the user's code had nothing to do.
    pub fn is_idle(&self) -> bool {
        self.worst == Some(Outcome::Idle)
    }

    /// Whether a lane has failed already.
    pub fn is_failing(&self) -> bool {
        self.worst.is_some_and(|worst| worst > Outcome::Succeeded)
    }
}
