//! Runs and what the rest of the product would make of the decisions about them.

use super::super::*;

pub const BACKOFF: Backoff =
    Backoff { timeout: Duration::from_secs(1), max_timeout: Duration::from_secs(30), exponential: true };
pub const FIRST: i64 = 5;
pub const LAST: i64 = 9;
const OUTCOMES: [Outcome; 5] =
    [Outcome::Idle, Outcome::Succeeded, Outcome::NeverRan, Outcome::Failed, Outcome::Critical];

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Owned {
    Always,
    /// Lost while the user's code ran.
    Never,
    /// Lost after the first decision.
    AtFirst,
}

/// How a dispatch or a transaction, and the mark with it, ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ending {
    Works,
    Raises,
    /// The mark is refused although the partition is ours: a generation went by.
    Refused,
    LosesThePartition,
}

/// What filters did to the run, and what they want behind it.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The last offset that they left; `None`: they left nothing.
    pub kept: Option<i64>,
    /// `None`: whoever is asked raises.
    pub wanted: Option<Filtered>,
    pub user_sought: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub features: Features,
    pub outcome: Outcome,
    pub collapsed: bool,
    pub user_paused: bool,
    /// Marks go through transactions.
    pub transactional: bool,
    /// The first unprocessed offset; `None`: the user sought.
    pub next: Option<i64>,
    pub owned: Owned,
    pub attempt: u32,
    /// The strategy's answer; `None`: it raises.
    pub answer: Option<Answer>,
    pub ending: Ending,
    pub filters: Option<Asked>,
}

/// What the rest of the product would look like after the chain.
#[derive(Debug)]
pub struct World {
    pub facts: Facts,
    pub committed: Option<i64>,
    pub given_up: Option<i64>,
    pub applied: Vec<Effect>,
    pub ended: bool,
}

pub fn is_complete(effect: &Effect) -> bool {
    matches!(effect, Effect::Complete(_) | Effect::CompleteByTransaction(_))
}

impl World {
    pub fn walk(case: &Case) -> Self {
        let facts = Facts {
            features: case.features,
            owned: case.owned != Owned::Never,
            user_paused: case.user_paused,
            user_sought: case.filters.is_some_and(|filters| filters.user_sought),
            idle: case.outcome == Outcome::Idle,
            collapsed: case.collapsed,
            transactional: case.transactional,
            attempt: case.attempt,
            next: case.next,
            first: Some(FIRST),
            last: Some(LAST),
            kept: case.filters.and_then(|filters| filters.kept),
            filtered: None,
            backoff: BACKOFF,
        };
        let mut world = Self { facts, committed: None, given_up: None, applied: Vec::new(), ended: false };
        let mut step = Step::Ended(case.outcome);
        for _ in 0..8 {
            let (effects, next) = decide(step, &world.facts);
            assert!(effects.len() <= 3);
            world.facts.owned &= case.owned == Owned::Always;
            step = effects.into_iter().fold(next, |step, effect| world.apply(case, effect).unwrap_or(step));
            world.ended = step == Step::Done;
            if world.ended {
                break;
            }
        }
        world
    }

    /// Applies the effect; its result, where it has one, is the next step.
    pub fn apply(&mut self, case: &Case, effect: Effect) -> Option<Step> {
        self.applied.push(effect);
        match effect {
            Effect::ResetAttempts => self.facts.attempt = 0,
            Effect::MoveBeyond(offset) => self.facts.next = Some(offset + 1),
            Effect::Complete(_) if !self.facts.owned => return Some(Step::MarkRefused),
            Effect::Complete(offset) => self.mark(offset),
            Effect::CompleteByTransaction(offset) => return Some(self.complete(case, offset)),
            Effect::AskStrategy => return Some(case.answer.map_or(Step::AfterRunFailed, Step::Answered)),
            Effect::GiveUp { from, mark, .. } => return Some(self.give_up(case, from, mark)),
            Effect::AskFilters => return Some(self.ask_filters(case)),
            Effect::Pass(_) if !self.facts.owned => return Some(Step::MarkRefused),
            Effect::Pass(offset) => self.mark(offset),
            Effect::PassByTransaction(offset) => {
                let step = self.complete(case, offset);
                return Some(if step == Step::Marked { Step::Passed } else { step });
            }
            Effect::Commit => return Some(self.commit(case)),
            Effect::Seek(_) if case.ending == Ending::Raises => return Some(Step::AfterRunFailed),
            Effect::Seek(_) => return Some(Step::Sought),
            Effect::Collapse(_)
            | Effect::Resume
            | Effect::Retry { .. }
            | Effect::Rest { .. }
            | Effect::Throttle { .. } => {}
        }
        None
    }

    pub fn complete(&mut self, case: &Case, offset: i64) -> Step {
        self.facts.owned &= case.ending != Ending::LosesThePartition;
        match case.ending {
            Ending::Raises => Step::AfterRunFailed,
            Ending::Works if self.facts.owned => {
                self.mark(offset);
                Step::Marked
            }
            _ => Step::MarkRefused,
        }
    }

    fn ask_filters(&mut self, case: &Case) -> Step {
        self.facts.filtered = case.filters.and_then(|filters| filters.wanted);
        self.facts.filtered.map_or(Step::AfterRunFailed, |_| Step::FiltersAnswered)
    }

    fn commit(&mut self, case: &Case) -> Step {
        self.facts.owned &= case.ending != Ending::LosesThePartition;
        match case.ending {
            Ending::Raises => Step::AfterRunFailed,
            Ending::Works if self.facts.owned => Step::Passed,
            _ => Step::MarkRefused,
        }
    }

    pub fn mark(&mut self, offset: i64) {
        if self.facts.next.is_some_and(|next| next <= offset) {
            self.facts.next = Some(offset + 1);
            self.committed = self.facts.next;
        }
    }

    pub fn give_up(&mut self, case: &Case, from: Option<i64>, mark: bool) -> Step {
        let message = from.unwrap_or(FIRST).max(FIRST);
        if message > LAST {
            return Step::NothingToGiveUp;
        }
        match case.ending {
            Ending::Raises => return Step::AfterRunFailed,
            Ending::LosesThePartition => self.facts.owned = false,
            _ => {}
        }
        if mark && (!self.facts.owned || case.ending == Ending::Refused) {
            return Step::MarkRefused;
        }
        self.given_up = Some(message);
        if mark {
            self.mark(message);
        }
        Step::GivenUp(message)
    }

    pub fn count(&self, wanted: impl Fn(&Effect) -> bool) -> usize {
        self.applied.iter().filter(|effect| wanted(effect)).count()
    }

    pub fn completes(&self) -> Option<usize> {
        self.applied.iter().position(is_complete)
    }

    pub fn gave_up(&self) -> usize {
        self.count(|effect| matches!(effect, Effect::GiveUp { .. }))
    }

    /// Where and how long the partition rests.
    pub fn rests(&self) -> Vec<(Option<i64>, Duration)> {
        let rest = |effect: &Effect| match *effect {
            Effect::Retry { offset, timeout } | Effect::Rest { offset, timeout } => Some((offset, timeout)),
            _ => None,
        };
        self.applied.iter().filter_map(rest).collect()
    }
}

impl Case {
    pub fn failed(&self) -> bool {
        self.outcome > Outcome::Succeeded
    }

    /// The run failed, or the transaction that was to mark it.
    pub fn repeats(&self, world: &World) -> bool {
        let by_transaction = |effect: &Effect| matches!(effect, Effect::CompleteByTransaction(_));
        self.failed() || (self.ending != Ending::Works && world.applied.iter().any(by_transaction))
    }

    pub fn linear(&self) -> bool {
        !self.features.offsets.lanes || self.collapsed
    }

    /// The first message that neither was marked nor given up, and not processed.
    pub fn first_unprocessed(&self, world: &World) -> i64 {
        let first = self.next.unwrap_or(FIRST).max(FIRST);
        match world.given_up {
            _ if !self.failed() => LAST + 1,
            Some(given_up) if given_up == first => first + 1,
            _ => first,
        }
    }
}

pub fn every_dead_letters() -> Vec<Option<DeadLetters>> {
    let mut all = vec![None];
    for max_retries in 0..=2 {
        for bits in 0..8u8 {
            let [strategy, marks, independent] = [bits & 1, bits & 2, bits & 4].map(|bit| bit != 0);
            all.push(Some(DeadLetters { max_retries, strategy, marks, independent }));
        }
    }
    all
}

pub fn every_features() -> Vec<Features> {
    let mut all = Vec::new();
    for bits in 0..8u8 {
        let [lanes, manual, long_running] = [bits & 1, bits & 2, bits & 4].map(|bit| bit != 0);
        for dead_letters in every_dead_letters() {
            // Refused at boot: collapsing takes a retry.
            if lanes && dead_letters.is_some_and(|dead| dead.max_retries == 0) {
                continue;
            }
            let offsets = LedgerMode { lanes, manual, ..LedgerMode::default() };
            all.push(Features { offsets, long_running, dead_letters, ..Features::default() });
        }
    }
    all
}

/// Runs, without what only matters to dead letters and transactions.
pub fn every_run(features: Features, mut check: impl FnMut(Case)) {
    let lanes = features.offsets.lanes;
    for outcome in OUTCOMES {
        for bits in 0..8u8 {
            let [user_paused, collapsed, transactional] = [bits & 1, bits & 2, bits & 4].map(|bit| bit != 0);
            // In lanes, marks go through the ledger and never through a transaction for good.
            if (collapsed && !lanes) || (transactional && lanes) {
                continue;
            }
            // Below the batch only where messages of earlier batches may be unmarked.
            let older = features.offsets.manual.then_some(Some(2));
            let nexts = [None, Some(FIRST), Some(7), Some(LAST), Some(LAST + 1)].into_iter().chain(older);
            for next in nexts {
                for owned in [Owned::Always, Owned::Never, Owned::AtFirst] {
                    for attempt in 0..=4 {
                        let (answer, ending) = (None, Ending::Works);
                        #[rustfmt::skip]
                        check(Case {
                            features, outcome, collapsed, user_paused, transactional, next, owned, attempt,
                            answer, ending, filters: None,
                        });
                    }
                }
            }
        }
    }
}

pub fn every_case(mut check: impl FnMut(&Case, &World)) {
    let answers = [None, Some(Answer::Retry), Some(Answer::Dispatch), Some(Answer::Skip)];
    let endings = [Ending::Works, Ending::Raises, Ending::Refused, Ending::LosesThePartition];
    for features in every_features() {
        let dead_letters = features.dead_letters;
        every_run(features, |case| {
            if case.outcome == Outcome::Idle {
                return;
            }
            let asks = dead_letters.is_some_and(|dead| dead.strategy);
            let ends = dead_letters.is_some() || case.transactional;
            for answer in &answers[..if asks { 4 } else { 1 }] {
                for ending in &endings[..if ends { 4 } else { 1 }] {
                    let case = Case { answer: *answer, ending: *ending, ..case };
                    check(&case, &World::walk(&case));
                }
            }
        });
    }
}
