//! What follows a run, over every allowed combination of features, outcomes, user actions, ownership and
//! results of effects. Each chain is walked to its end by a small executor ([`World`]).

#[path = "decide_filters_tests.rs"]
mod filters;
#[path = "decide_world.rs"]
mod world;

use super::*;
use world::*;

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

#[test]
fn a_run_of_which_earlier_ones_left_nothing_only_goes_on() {
    for features in every_features() {
        every_run(features, |case| {
            if case.outcome != Outcome::Idle {
                return;
            }
            let world = World::walk(&case);
            let resumes = features.long_running && !case.user_paused && case.owned != Owned::Never;
            let wanted: &[Effect] = if resumes { &[Effect::Resume] } else { &[] };
            assert_eq!(world.applied, wanted, "{case:?} {world:?}");
        });
    }
}
