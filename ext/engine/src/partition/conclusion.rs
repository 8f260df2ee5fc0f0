//! A run from its batch to its end: lanes are counted here, what follows is decided in `decide`.

use std::time::{Duration, Instant};

use super::claim::Claim;
use super::decide::{decide, Effect, Facts, Outcome, Step};
use super::filters::{Filtered, Wish};
use super::pause::Pause;
use super::run::Run;
use super::{Partition, Verdict};

impl Partition {
    /// A batch with these offsets was fetched: flags of the last run go, an open position starts here.
    /// The run has one lane until [`Partition::register`] tells more. False, with nothing begun, while a
    /// job of an earlier assignment in this process is at work: the batch has to come again.
    pub fn begin_batch(&self, first: i64, last: i64, eof: bool) -> bool {
        if self.claim.as_ref().is_some_and(Claim::must_wait) {
            return false;
        }
        let mut state = self.state.lock();
        state.ledger.begin(first);
        state.collapse_limit = state.collapse_limit.filter(|limit| first <= *limit);
        let collapsed = self.features.offsets.lanes && state.collapse_limit.is_some();
        state.run = Run::new((first, last), collapsed);
        state.user_paused = false;
        state.user_sought = false;
        state.eof = eof;
        state.overtake_ticks();
        true
    }

    /// Offsets of the batch that lanes have done in an earlier run, ascending: they are not worked on again.
    pub fn done_in_batch(&self) -> Vec<i64> {
        let state = self.state.lock();
        state.run.span.map_or_else(Vec::new, |(first, last)| state.ledger.done_within(first, last))
    }

    /// The user's filters have seen the batch: `kept` is the last offset that they left, `cut` the lowest
    /// cursor that they showed. From there on the batch comes again, whatever of it is worked on.
    pub fn filter(&self, kept: Option<i64>, cut: Option<i64>) {
        let mut state = self.state.lock();
        state.run.kept = kept.map(|kept| cut.map_or(kept, |cut| kept.min(cut.saturating_sub(1))));
        state.run.cut = cut;
    }

    /// What each lane works on, ascending: numbers of lanes stay over batches. Without lanes, nothing is
    /// left of the batch: what was done before counts now, and the run is one idle lane.
    pub fn register(&self, lanes: &[(u32, Vec<i64>)]) {
        let mut state = self.state.lock();
        let Some((first, last)) = state.run.span else { return };
        state.run.open = lanes.len().max(1);
        if self.features.offsets.lanes {
            let last = state.run.cut.map_or(last, |cut| last.min(cut.saturating_sub(1)));
            state.ledger.register(first, last, lanes);
        }
    }

    /// Whether the run is linear although the topic has lanes.
    pub fn is_collapsed(&self) -> bool {
        self.state.lock().run.collapsed
    }

    /// Asks for linear work until `offset` is passed, from the next fetch on; the highest request wins.
    pub fn collapse_until(&self, offset: i64) {
        let mut state = self.state.lock();
        state.collapse_limit = state.collapse_limit.max(Some(offset));
    }

    /// Whether a lane of the run has not ended.
    pub fn is_running(&self) -> bool {
        self.state.lock().run.open > 0
    }

    /// Whether a lane of this run has failed already.
    pub fn is_failing(&self) -> bool {
        self.state.lock().run.is_failing()
    }

    /// Holds the partition for a long-running job, for as long as the run lasts. True once a run, and only
    /// where the topic asks for it: whoever gets it holds the reader.
    pub fn hold(&self, now: Instant) -> bool {
        let mut state = self.state.lock();
        if !self.features.long_running || state.held {
            return false;
        }
        state.held = true;
        state.pause = Some(Pause::new(now, Duration::MAX));
        true
    }

    /// A lane begins: counts an attempt, one a run; returns its number, 1 for a first run.
    pub fn enter_run(&self) -> u32 {
        let mut state = self.state.lock();
        if !std::mem::replace(&mut state.run.entered, true) {
            state.attempt = state.attempt.saturating_add(1);
        }
        state.attempt
    }

    /// The user's code begins on a lane; what comes out of it is told to [`Partition::end_lane`]. False where
    /// nobody may start on it, because the partition is not ours any more.
    pub fn begin_lane(&self) -> bool {
        !self.is_revoked() && self.claim.as_ref().is_none_or(Claim::begin)
    }

    /// A lane ended. The last one carries the run on as [`Partition::conclude`] does; others leave nothing
    /// to do.
    pub fn end_lane(&self, outcome: Outcome) -> Vec<Effect> {
        if let Some(claim) = self.claim.as_ref().filter(|_| outcome.was_begun()) {
            claim.end();
        }
        let ended = self.state.lock().run.end_lane(outcome);
        ended.map_or_else(Vec::new, |outcome| self.conclude(Step::Ended(outcome)))
    }

    /// The filters were asked what they want, and answered; carries the run on as [`Partition::conclude`]
    /// does.
    pub fn answer_filters(&self, wishes: &[Wish]) -> Vec<Effect> {
        self.state.lock().run.filtered = Some(Filtered::combine(wishes));
        self.conclude(Step::FiltersAnswered)
    }

    /// Carries a run from `step` to its end, or to what only the caller can answer: applies what belongs
    /// to this value (attempts, marks, collapse) and returns what only the caller can do, in order. A held
    /// partition goes on once nothing is left, or with the pause that the caller starts.
    pub fn conclude(&self, step: Step) -> Vec<Effect> {
        let (mut step, mut outside) = (step, Vec::new());
        while step != Step::Done {
            let (effects, mut next) = decide(step, &self.facts());
            for effect in effects {
                match effect {
                    Effect::ResetAttempts => self.state.lock().attempt = 0,
                    Effect::Collapse(offset) => self.collapse_until(offset),
                    Effect::MoveBeyond(offset) => self.move_to(offset.checked_add(1)),
                    Effect::Resume => self.expire_pause(Instant::now()),
                    Effect::Complete(offset) | Effect::Pass(offset) => {
                        if self.complete(offset, matches!(effect, Effect::Pass(_))) == Verdict::Refused {
                            next = Step::MarkRefused;
                        }
                    }
                    effect => outside.push(effect),
                }
            }
            step = next;
        }
        let mut state = self.state.lock();
        state.held &= !outside.is_empty();
        state.rest();
        outside
    }

    /// Everything up to `offset` is done, in every lane; or `by_filters`, which know of no lanes.
    fn complete(&self, offset: i64, by_filters: bool) -> Verdict {
        if self.is_revoked() {
            return Verdict::Refused;
        }
        let ledger = &mut self.state.lock().ledger;
        if by_filters {
            ledger.pass(offset);
        } else {
            ledger.complete(offset);
        }
        Verdict::Accepted
    }

    fn facts(&self) -> Facts {
        let owned = !self.is_revoked();
        let state = self.state.lock();
        Facts {
            features: self.features,
            owned,
            user_paused: state.user_paused && state.pause.is_some(),
            user_sought: state.user_sought,
            idle: state.run.is_idle(),
            collapsed: state.run.collapsed,
            transactional: state.transactional,
            attempt: state.attempt,
            next: state.ledger.next(),
            first: state.run.span.map(|(first, _)| first),
            last: state.run.span.map(|(_, last)| last),
            kept: state.run.kept,
            filtered: state.run.filtered,
            backoff: self.backoff,
        }
    }
}
