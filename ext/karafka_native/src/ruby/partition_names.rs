//! What Ruby calls the outcomes, jobs, answers and wishes that it tells a partition.

use std::time::Duration;

use karafka_engine::partition::{Answer, FilterAction, Job, Outcome, Step, Wish};
use magnus::{Error, Ruby, Symbol};

/// What Ruby says about a lane's end: `:idle`, `:succeeded`, `:never_ran`, `:failed` or `:critical`.
pub fn outcome(name: &str) -> Option<Outcome> {
    Some(match name {
        "idle" => Outcome::Idle,
        "succeeded" => Outcome::Succeeded,
        "never_ran" => Outcome::NeverRan,
        "failed" => Outcome::Failed,
        "critical" => Outcome::Critical,
        _ => return None,
    })
}

/// The jobs beside runs: `:eofed` or `:tick`.
pub fn job(name: &str) -> Option<Job> {
    Some(match name {
        "eofed" => Job::Eofed,
        "tick" => Job::Tick,
        _ => return None,
    })
}

/// What Ruby answers to an effect: `:retry`, `:dispatch` and `:skip` of a strategy, the rest of a message
/// that was given up.
pub fn answer(name: &str, offset: Option<i64>) -> Option<Step> {
    Some(match (name, offset) {
        ("retry", _) => Step::Answered(Answer::Retry),
        ("dispatch", _) => Step::Answered(Answer::Dispatch),
        ("skip", _) => Step::Answered(Answer::Skip),
        ("given_up", Some(offset)) => Step::GivenUp(offset),
        ("nothing_to_give_up", _) => Step::NothingToGiveUp,
        ("marked", _) => Step::Marked,
        ("mark_refused", _) => Step::MarkRefused,
        ("passed", _) => Step::Passed,
        ("sought", _) => Step::Sought,
        ("after_run_failed", _) => Step::AfterRunFailed,
        _ => return None,
    })
}

/// What a filter wants: `[action, ms or nil, cursor or nil, offset to mark or nil, commit]`.
pub fn wish(ruby: &Ruby, row: WishRow) -> Result<Wish, Error> {
    let (action, timeout, cursor, mark, commits) = row;
    let name = action.name()?;
    let action = match &*name {
        "skip" => FilterAction::Skip,
        "seek" => FilterAction::Seek,
        "pause" => FilterAction::Pause,
        _ => return Err(unknown(ruby, "action", &name)),
    };
    let timeout = timeout.map(|timeout| Duration::from_millis(u64::try_from(timeout).unwrap_or(0)));
    Ok(Wish { action, timeout, cursor, mark, commits })
}

pub type WishRow = (Symbol, Option<i64>, Option<i64>, Option<i64>, bool);

pub fn unknown(ruby: &Ruby, what: &str, name: &str) -> Error {
    Error::new(ruby.exception_arg_error(), format!("unknown {what} {name}"))
}
