//! What follows a run, over every allowed combination of features, outcomes, user actions, ownership and
//! results of effects. Each chain is walked to its end by a small executor ([`World`]).

use super::*;

const BACKOFF: Backoff =
    Backoff { timeout: Duration::from_secs(1), max_timeout: Duration::from_secs(30), exponential: true };
const FIRST: i64 = 5;
const LAST: i64 = 9;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Owned {
    Always,
    /// Lost while the user's code ran.
    Never,
    /// Lost after the first decision.
    AtFirst,
}

/// How a dispatch or a transaction, and the mark with it, ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    Works,
    Raises,
    /// The mark is refused although the partition is ours: a generation went by.
    Refused,
    LosesThePartition,
}

#[derive(Debug, Clone, Copy)]
struct Case {
    features: Features,
    outcome: Outcome,
    collapsed: bool,
    user_paused: bool,
    /// Marks go through transactions.
    transactional: bool,
    /// The first unprocessed offset; `None`: the user sought.
    next: Option<i64>,
    owned: Owned,
    attempt: u32,
    /// The strategy's answer; `None`: it raises.
    answer: Option<Answer>,
    ending: Ending,
}

/// What the rest of the product would look like after the chain.
#[derive(Debug)]
struct World {
    facts: Facts,
    committed: Option<i64>,
    given_up: Option<i64>,
    applied: Vec<Effect>,
    ended: bool,
}

fn is_complete(effect: &Effect) -> bool {
    matches!(effect, Effect::Complete(_) | Effect::CompleteByTransaction(_))
}

impl World {
    fn walk(case: &Case) -> Self {
        let facts = Facts {
            features: case.features,
            owned: case.owned != Owned::Never,
            user_paused: case.user_paused,
            collapsed: case.collapsed,
            transactional: case.transactional,
            attempt: case.attempt,
            next: case.next,
            first: Some(FIRST),
            last: Some(LAST),
            backoff: BACKOFF,
        };
        let mut world = Self { facts, committed: None, given_up: None, applied: Vec::new(), ended: false };
        let mut step = Step::Ended(case.outcome);
        for _ in 0..6 {
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
    fn apply(&mut self, case: &Case, effect: Effect) -> Option<Step> {
        self.applied.push(effect);
        match effect {
            Effect::ResetAttempts => self.facts.attempt = 0,
            Effect::MoveBeyond(offset) => self.facts.next = Some(offset + 1),
            Effect::Complete(_) if !self.facts.owned => return Some(Step::MarkRefused),
            Effect::Complete(offset) => self.mark(offset),
            Effect::CompleteByTransaction(offset) => return Some(self.complete(case, offset)),
            Effect::AskStrategy => return Some(case.answer.map_or(Step::AfterRunFailed, Step::Answered)),
            Effect::GiveUp { from, mark, .. } => return Some(self.give_up(case, from, mark)),
            Effect::Collapse(_) | Effect::Resume | Effect::Retry { .. } | Effect::Rest { .. } => {}
        }
        None
    }

    fn complete(&mut self, case: &Case, offset: i64) -> Step {
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

    fn mark(&mut self, offset: i64) {
        if self.facts.next.is_some_and(|next| next <= offset) {
            self.facts.next = Some(offset + 1);
            self.committed = self.facts.next;
        }
    }

    fn give_up(&mut self, case: &Case, from: Option<i64>, mark: bool) -> Step {
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

    fn count(&self, wanted: impl Fn(&Effect) -> bool) -> usize {
        self.applied.iter().filter(|effect| wanted(effect)).count()
    }

    fn completes(&self) -> Option<usize> {
        self.applied.iter().position(is_complete)
    }

    fn gave_up(&self) -> usize {
        self.count(|effect| matches!(effect, Effect::GiveUp { .. }))
    }

    /// Where and how long the partition rests.
    fn rests(&self) -> Vec<(Option<i64>, Duration)> {
        let rest = |effect: &Effect| match *effect {
            Effect::Retry { offset, timeout } | Effect::Rest { offset, timeout } => Some((offset, timeout)),
            _ => None,
        };
        self.applied.iter().filter_map(rest).collect()
    }
}

impl Case {
    fn failed(&self) -> bool {
        self.outcome != Outcome::Succeeded
    }

    /// The run failed, or the transaction that was to mark it.
    fn repeats(&self, world: &World) -> bool {
        let by_transaction = |effect: &Effect| matches!(effect, Effect::CompleteByTransaction(_));
        self.failed() || (self.ending != Ending::Works && world.applied.iter().any(by_transaction))
    }

    fn linear(&self) -> bool {
        !self.features.offsets.lanes || self.collapsed
    }

    /// The first message that neither was marked nor given up, and not processed.
    fn first_unprocessed(&self, world: &World) -> i64 {
        let first = self.next.unwrap_or(FIRST).max(FIRST);
        match world.given_up {
            _ if !self.failed() => LAST + 1,
            Some(given_up) if given_up == first => first + 1,
            _ => first,
        }
    }
}

fn every_dead_letters() -> Vec<Option<DeadLetters>> {
    let mut all = vec![None];
    for max_retries in 0..=2 {
        for bits in 0..8u8 {
            let [strategy, marks, independent] = [bits & 1, bits & 2, bits & 4].map(|bit| bit != 0);
            all.push(Some(DeadLetters { max_retries, strategy, marks, independent }));
        }
    }
    all
}

fn every_features() -> Vec<Features> {
    let mut all = Vec::new();
    for bits in 0..8u8 {
        let [lanes, manual, long_running] = [bits & 1, bits & 2, bits & 4].map(|bit| bit != 0);
        for dead_letters in every_dead_letters() {
            // Refused at boot: collapsing takes a retry.
            if lanes && dead_letters.is_some_and(|dead| dead.max_retries == 0) {
                continue;
            }
            let offsets = LedgerMode { lanes, manual, ..LedgerMode::default() };
            all.push(Features { offsets, long_running, dead_letters });
        }
    }
    all
}

/// Runs, without what only matters to dead letters and transactions.
fn every_run(features: Features, mut check: impl FnMut(Case)) {
    let lanes = features.offsets.lanes;
    for outcome in [Outcome::Succeeded, Outcome::NeverRan, Outcome::Failed, Outcome::Critical] {
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
                            answer, ending,
                        });
                    }
                }
            }
        }
    }
}

fn every_case(mut check: impl FnMut(&Case, &World)) {
    let answers = [None, Some(Answer::Retry), Some(Answer::Dispatch), Some(Answer::Skip)];
    let endings = [Ending::Works, Ending::Raises, Ending::Refused, Ending::LosesThePartition];
    for features in every_features() {
        let dead_letters = features.dead_letters;
        every_run(features, |case| {
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

#[test]
fn every_chain_ends_and_a_lost_partition_is_left_alone() {
    every_case(|case, world| {
        assert!(world.ended, "{case:?} {world:?}");
        if case.owned == Owned::Never {
            assert!(world.applied.is_empty(), "{case:?} {world:?}");
        }
    });
}

#[test]
fn nothing_is_committed_past_unprocessed_work() {
    every_case(|case, world| {
        let first_unprocessed = case.first_unprocessed(world);
        assert!(world.committed.is_none_or(|next| next <= first_unprocessed), "{case:?} {world:?}");
        let completed = world.count(is_complete);
        let wanted = !case.failed()
            && !case.features.offsets.manual
            && !case.user_paused
            && case.owned != Owned::Never;
        assert_eq!(completed, usize::from(wanted), "{case:?} {world:?}");
    });
}

#[test]
fn after_a_failure_no_message_is_lost_and_one_rest_follows() {
    every_case(|case, world| {
        let rests = world.rests();
        if !case.repeats(world) {
            assert!(rests.is_empty(), "{case:?} {world:?}");
        } else if world.facts.owned {
            let [(offset, _)] = rests[..] else { panic!("{case:?} {world:?}") };
            let first_unprocessed = case.first_unprocessed(world);
            assert!(offset.is_none_or(|offset| offset <= first_unprocessed), "{case:?} {world:?}");
            assert_eq!(offset.is_none(), case.next.is_none(), "a user's seek stands: {case:?} {world:?}");
            let again = offset.zip(world.given_up).is_some_and(|(offset, given_up)| offset == given_up);
            assert!(!again, "a message that was given up comes again: {case:?} {world:?}");
            let unseen = case.outcome == Outcome::NeverRan && !case.features.offsets.lanes;
            assert!(!unseen || case.next.is_none() || offset == Some(FIRST), "{case:?} {world:?}");
        }
        assert!(rests.len() <= 1, "{case:?} {world:?}");
    });
}

#[test]
fn no_partition_stays_held_for_ever() {
    every_case(|case, world| {
        let resumed = world.applied.contains(&Effect::Resume);
        let goes_on = resumed || !world.rests().is_empty() || case.user_paused || !world.facts.owned;
        assert!(!case.features.long_running || goes_on, "{case:?} {world:?}");
        assert!(!(resumed && (case.user_paused || case.failed())), "{case:?} {world:?}");
        if resumed {
            let resume = world.applied.iter().position(|effect| *effect == Effect::Resume);
            assert!(resume > world.completes(), "the next batch may begin at once: {case:?} {world:?}");
        }
    });
}

#[test]
fn user_actions_win() {
    every_case(|case, world| {
        if case.next.is_none() {
            assert_eq!((world.committed, world.facts.next), (None, None), "{case:?} {world:?}");
        }
        if case.user_paused && !case.failed() {
            assert!(
                world.applied.iter().all(|effect| *effect == Effect::ResetAttempts),
                "{case:?} {world:?}"
            );
        }
    });
}

#[test]
fn a_run_counts_once_and_starts_anew_after_success_or_a_message_given_up() {
    every_case(|case, world| {
        let resets = world.count(|effect| *effect == Effect::ResetAttempts);
        let succeeded = !case.failed() && case.owned != Owned::Never;
        assert_eq!(resets, usize::from(succeeded) + world.gave_up(), "{case:?} {world:?}");
        assert_eq!(world.facts.attempt, if resets == 0 { case.attempt } else { 0 });
        for (_, timeout) in world.rests() {
            assert_eq!(timeout, BACKOFF.after(world.facts.attempt), "{case:?} {world:?}");
        }
    });
}

#[test]
fn what_failed_in_lanes_is_repeated_in_order() {
    every_case(|case, world| {
        let collapsed = world.count(|effect| *effect == Effect::Collapse(LAST));
        let wanted = case.features.offsets.lanes && case.failed() && case.owned != Owned::Never;
        assert_eq!(collapsed, usize::from(wanted), "{case:?} {world:?}");
    });
}

#[test]
fn a_message_is_given_up_only_after_its_retries_in_a_linear_run() {
    every_case(|case, world| {
        let gave_up = world.gave_up();
        let Some(dead) = case.features.dead_letters else { return assert_eq!(gave_up, 0) };
        let asked = world.applied.contains(&Effect::AskStrategy);
        let blamed = case.outcome == Outcome::Failed && case.owned != Owned::Never;
        assert_eq!(asked, blamed && dead.strategy, "{case:?} {world:?}");
        let due = if dead.strategy {
            case.owned == Owned::Always && matches!(case.answer, Some(Answer::Dispatch | Answer::Skip))
        } else {
            case.attempt > dead.max_retries
        };
        assert_eq!(gave_up, usize::from(blamed && due && case.linear()), "{case:?} {world:?}");
        let copies = dead.strategy && case.answer == Some(Answer::Skip);
        for effect in &world.applied {
            let Effect::GiveUp { from, attempts, dispatch, mark } = *effect else { continue };
            assert_eq!((from, attempts), (case.next, case.attempt), "as they were when the run ended");
            assert_eq!((dispatch, mark), (!copies, dead.marks), "{case:?} {world:?}");
        }
    });
}

#[test]
fn a_dispatch_or_mark_that_fails_moves_nothing() {
    every_case(|case, world| {
        if case.repeats(world) && world.given_up.is_none() {
            assert_eq!((world.facts.next, world.committed), (case.next, None), "{case:?} {world:?}");
        }
    });
}
