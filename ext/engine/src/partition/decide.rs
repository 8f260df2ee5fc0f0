//! The one place that knows what follows a run: outcome + features → effects.
//!
//! A pure transition function. Given the step that a run has reached and the facts, it returns effects
//! and the next step; results of effects (a refused mark, a strategy's answer, a failed dispatch) are
//! steps that come back in. Nothing else in the product decides about marks, retries, dead letters or
//! pauses after a run.

use std::time::Duration;

use super::backoff::Backoff;
use super::filters::{FilterAction, Filtered};
use super::ticks::Periodic;
use crate::ledger::LedgerMode;

/// How the user's code ended. The worst of a run's lanes counts, so the order matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing was left for the user's code: filters, or earlier runs, took all of the batch.
    Idle,
    /// Success was recorded.
    Succeeded,
    /// The wrapper around the run never yielded: nothing was processed, not even seen.
    NeverRan,
    /// An exception was recorded.
    Failed,
    /// An exception was recorded that stops the process: no message is to blame.
    Critical,
}

impl Outcome {
    /// Whether the user's code was at work at all.
    pub(super) fn was_begun(self) -> bool {
        !matches!(self, Self::Idle | Self::NeverRan)
    }
}

/// What a topic does with messages that fail again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadLetters {
    /// Failed runs that are retried before a message is given up.
    pub max_retries: u32,
    /// A user's strategy decides instead of `max_retries`.
    pub strategy: bool,
    /// The message that was given up is marked as consumed.
    pub marks: bool,
    /// Each mark during a retry starts the count of attempts anew.
    pub independent: bool,
}

/// What the topic asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Features {
    /// How offsets are kept: by whom, and in how many lanes.
    pub offsets: LedgerMode,
    /// The partition is held while a run works on it.
    pub long_running: bool,
    /// `dead_letter_queue`.
    pub dead_letters: Option<DeadLetters>,
    /// The user's filters see each batch first.
    pub filtering: bool,
    /// Ticks without data. Nothing that follows a run depends on it.
    pub periodic: Option<Periodic>,
}

/// What is known when the step is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// What the topic asks for.
    pub features: Features,
    /// The partition is still ours.
    pub owned: bool,
    /// The user paused the partition in this run and that pause stands.
    pub user_paused: bool,
    /// The user sought in this run.
    pub user_sought: bool,
    /// The user's code had nothing to do.
    pub idle: bool,
    /// The run was linear, whatever the topic asks for.
    pub collapsed: bool,
    /// A mark went through a transaction, so none may go through the consumer any more.
    pub transactional: bool,
    /// Runs made from the current position, this one included.
    pub attempt: u32,
    /// The first unprocessed offset; `None` after a resetting seek.
    pub next: Option<i64>,
    /// The first offset of the run.
    pub first: Option<i64>,
    /// The last offset of the run.
    pub last: Option<i64>,
    /// The last offset that filters left, below every cursor that they showed.
    pub kept: Option<i64>,
    /// What filters want, once they were asked.
    pub filtered: Option<Filtered>,
    /// The topic's pause settings.
    pub backoff: Backoff,
}

/// What a strategy of the user wants to happen to a failed run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Try again.
    Retry,
    /// Give the message up, with a copy in the dead letter topic.
    Dispatch,
    /// Give the message up.
    Skip,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The user's code ended, in every lane.
    Ended(Outcome),
    /// A mark was stored, or needed no storing.
    Marked,
    /// A mark was refused, as the partition is not ours any more.
    MarkRefused,
    /// The user's strategy answered.
    Answered(Answer),
    /// The message at this offset was given up, and marked if it was to be.
    GivenUp(i64),
    /// No message of the run is left to be given up: all of them were marked before the failure.
    NothingToGiveUp,
    /// The filters said what they want, now that the run is over.
    FiltersAnswered,
    /// What filters wanted marked is marked, or there was nothing.
    Passed,
    /// The reader was moved to where filters wanted it.
    Sought,
    /// Something after the user's code raised: a mark, a dispatch, a strategy, a filter.
    AfterRunFailed,
    /// Nothing is left to do.
    Done,
}

/// What has to happen, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The attempt counter and the error history start anew.
    ResetAttempts,
    /// Linear work until this offset is passed.
    Collapse(i64),
    /// Mark everything up to this offset on behalf of the user; its result is the next step.
    Complete(i64),
    /// The same through a transaction, which only the caller can do; [`Step::Marked`] or
    /// [`Step::MarkRefused`] comes back.
    CompleteByTransaction(i64),
    /// Work goes on beyond this offset, in memory only.
    MoveBeyond(i64),
    /// Let the partition go on after a long-running job.
    Resume,
    /// Ask the user's strategy; [`Step::Answered`] comes back.
    AskStrategy,
    /// Give up the first message at or after `from`; [`Step::GivenUp`], [`Step::NothingToGiveUp`] or
    /// [`Step::MarkRefused`] comes back.
    GiveUp {
        /// `None`: the run's first message.
        from: Option<i64>,
        /// Runs that were made.
        attempts: u32,
        /// A copy goes to the dead letter topic.
        dispatch: bool,
        /// It is marked as consumed.
        mark: bool,
    },
    /// Pause, then announce a retry. `None` stays at the position that a seek has set.
    Retry {
        /// Where reading starts again.
        offset: Option<i64>,
        /// How long the partition rests.
        timeout: Duration,
    },
    /// Ask the filters; [`Step::FiltersAnswered`] comes back.
    AskFilters,
    /// Mark what filters wanted marked, unless a lane has earlier work; its result is the next step.
    Pass(i64),
    /// The same through a transaction; [`Step::Passed`] or [`Step::MarkRefused`] comes back.
    PassByTransaction(i64),
    /// Commit what was marked, and wait for it; [`Step::Passed`] or [`Step::MarkRefused`] comes back.
    Commit,
    /// Move the reader, in memory only; [`Step::Sought`] comes back.
    Seek(i64),
    /// Pause on behalf of filters.
    Throttle {
        /// Where reading goes on; `None` behind the batch.
        offset: Option<i64>,
        /// How long the partition rests.
        timeout: Duration,
    },
    /// Pause without a retry: a message was given up, the next is another one.
    Rest {
        /// Where reading starts again.
        offset: Option<i64>,
        /// How long the partition rests.
        timeout: Duration,
    },
}

/// What a step leads to: at most three effects, and where the run stands once they were applied, unless
/// an effect's own result says otherwise.
pub fn decide(step: Step, facts: &Facts) -> (Vec<Effect>, Step) {
    if !facts.owned {
        // The new owner starts at the committed offset: no mark, no pause, no retry, no dead letter.
        return (Vec::new(), Step::Done);
    }
    let base = facts.backoff.after(0);
    match step {
        Step::Ended(Outcome::Succeeded) => succeeded(facts),
        // Attempts stay: filters that empty a retried batch for a while must not make its retries endless.
        Step::Ended(Outcome::Idle) if facts.asks_filters() => (vec![Effect::AskFilters], Step::Done),
        Step::Ended(Outcome::Idle) | Step::Sought => facts.go_on(),
        Step::FiltersAnswered => facts.filtered.map_or((Vec::new(), Step::Done), |all| mark_kept(facts, all)),
        Step::Marked => facts.filtered.map_or((Vec::new(), Step::Done), |all| pass(facts, all)),
        Step::Passed => facts.filtered.map_or((Vec::new(), Step::Done), |all| act(facts, all)),
        Step::Ended(Outcome::NeverRan) if !facts.features.offsets.lanes => {
            // The wrapper may have sought all the same: that position stands.
            (vec![facts.retry(facts.next.and(facts.first), facts.attempt)], Step::Done)
        }
        Step::Ended(outcome) => failed(facts, outcome),
        Step::Answered(Answer::Retry) => (vec![facts.retry(facts.next, facts.attempt)], Step::Done),
        Step::Answered(answer) => give_up(facts, answer == Answer::Dispatch),
        Step::GivenUp(offset) => match facts.next {
            // Not marked: the position moves in memory only.
            Some(next) if next <= offset => {
                let beyond = Effect::Rest { offset: offset.checked_add(1), timeout: base };
                (vec![Effect::MoveBeyond(offset), beyond], Step::Done)
            }
            // Marked, or the user sought: the position stands.
            next => (vec![Effect::Rest { offset: next, timeout: base }], Step::Done),
        },
        Step::NothingToGiveUp => (vec![Effect::Rest { offset: facts.next, timeout: base }], Step::Done),
        // A mark that was refused to the owner (the generation went by) leaves the run unfinished: going on
        // would pass over it. Attempts were reset before a mark or a dispatch, so the base timeout applies
        // there; a strategy that raises rests longer each time.
        Step::AfterRunFailed | Step::MarkRefused => {
            (vec![facts.retry(facts.next, facts.attempt)], Step::Done)
        }
        Step::Done => (Vec::new(), Step::Done),
    }
}

impl Facts {
    fn retry(&self, offset: Option<i64>, attempt: u32) -> Effect {
        Effect::Retry { offset, timeout: self.backoff.after(attempt) }
    }

    /// A user who paused wants nobody else to have a say.
    fn asks_filters(&self) -> bool {
        self.features.filtering && !self.user_paused
    }

    /// A partition that was held for the run goes on behind it, or where it was sought to.
    fn go_on(&self) -> (Vec<Effect>, Step) {
        let resumes = self.features.long_running && !self.user_paused;
        (resumes.then_some(Effect::Resume).into_iter().collect(), Step::Done)
    }

    /// Where there is nothing to mark, no transaction is worth its round trips.
    fn complete(&self, last: i64) -> Effect {
        let marks = self.next.is_some_and(|next| last.checked_add(1) != Some(next));
        if self.transactional && marks {
            Effect::CompleteByTransaction(last)
        } else {
            Effect::Complete(last)
        }
    }
}

fn succeeded(facts: &Facts) -> (Vec<Effect>, Step) {
    let mut effects = vec![Effect::ResetAttempts];
    if facts.asks_filters() {
        effects.push(Effect::AskFilters);
        return (effects, Step::Done);
    }
    let mut step = Step::Done;
    if let Some(last) = facts.last.filter(|_| !facts.features.offsets.manual && !facts.user_paused) {
        effects.push(facts.complete(last));
        step = Step::Marked;
    }
    if facts.features.long_running && !facts.user_paused {
        // After the mark: the next batch may begin at once.
        effects.push(Effect::Resume);
    }
    (effects, step)
}

/// The automatic mark of a filtered run. Where reading goes on at a cursor, it ends below it: what filters
/// took out from there on comes again.
fn mark_kept(facts: &Facts, filtered: Filtered) -> (Vec<Effect>, Step) {
    if facts.user_paused {
        return (Vec::new(), Step::Done);
    }
    let target = if facts.idle || facts.features.offsets.manual {
        None
    } else if filtered.is_asking() {
        let below = filtered.cursor.map_or(i64::MAX, |cursor| cursor.saturating_sub(1));
        // Never back: the user may have marked more.
        let reaches = |end: &i64| facts.next.is_none_or(|next| next <= end.saturating_add(1));
        facts.kept.map(|kept| kept.min(below)).filter(|end| facts.first <= Some(*end)).filter(reaches)
    } else {
        facts.last
    };
    match target.map(|end| facts.complete(end)) {
        None => (Vec::new(), Step::Marked),
        Some(Effect::CompleteByTransaction(end)) => (vec![Effect::CompleteByTransaction(end)], Step::Done),
        Some(effect) => (vec![effect], Step::Marked),
    }
}

/// The mark that filters want. Never back, nor after the user sought elsewhere.
fn pass(facts: &Facts, filtered: Filtered) -> (Vec<Effect>, Step) {
    let moves = |mark: &i64| !facts.user_paused && facts.next.is_some_and(|next| next <= *mark);
    match filtered.mark.filter(moves) {
        None => (Vec::new(), Step::Passed),
        Some(mark) if facts.transactional => (vec![Effect::PassByTransaction(mark)], Step::Done),
        Some(mark) if filtered.commits => (vec![Effect::Pass(mark), Effect::Commit], Step::Done),
        Some(mark) => (vec![Effect::Pass(mark)], Step::Passed),
    }
}

/// What filters want to become of the reader, unless the user has paused or sought.
fn act(facts: &Facts, filtered: Filtered) -> (Vec<Effect>, Step) {
    let by_user = facts.user_paused || facts.user_sought;
    let timeout = filtered.timeout.unwrap_or_else(|| facts.backoff.after(0));
    match (filtered.action, filtered.cursor) {
        (FilterAction::Pause, offset) if !by_user => (vec![Effect::Throttle { offset, timeout }], Step::Done),
        (FilterAction::Seek, Some(cursor)) if !by_user => (vec![Effect::Seek(cursor)], Step::Done),
        _ => facts.go_on(),
    }
}

fn failed(facts: &Facts, outcome: Outcome) -> (Vec<Effect>, Step) {
    let lanes = facts.features.offsets.lanes;
    // What failed in a lane is repeated in order, until the whole batch is passed.
    let collapse = facts.kept.or(facts.last).filter(|_| lanes).map(Effect::Collapse);
    let retry =
        || (collapse.into_iter().chain([facts.retry(facts.next, facts.attempt)]).collect(), Step::Done);
    let Some(dead_letters) = facts.features.dead_letters.filter(|_| outcome == Outcome::Failed) else {
        return retry();
    };
    if dead_letters.strategy {
        (collapse.into_iter().chain([Effect::AskStrategy]).collect(), Step::Done)
    } else if facts.attempt <= dead_letters.max_retries {
        retry()
    } else {
        let (effects, step) = give_up(facts, true);
        (collapse.into_iter().chain(effects).collect(), step)
    }
}

/// Which message failed is known only where messages came one after the other.
fn give_up(facts: &Facts, dispatch: bool) -> (Vec<Effect>, Step) {
    let Some(dead_letters) = facts.features.dead_letters.filter(|_| facts.is_linear()) else {
        return (vec![facts.retry(facts.next, facts.attempt)], Step::Done);
    };
    let given_up =
        Effect::GiveUp { from: facts.next, attempts: facts.attempt, dispatch, mark: dead_letters.marks };
    (vec![Effect::ResetAttempts, given_up], Step::Done)
}

impl Facts {
    fn is_linear(&self) -> bool {
        !self.features.offsets.lanes || self.collapsed
    }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
