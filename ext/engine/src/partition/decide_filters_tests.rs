//! What follows a filtered run, over every combination of what filters left and want, with outcomes, user
//! actions, ownership and results of effects.

use super::*;

/// What filters left and want: nothing left, or up to each offset; a cursor before, within or behind it.
fn every_asked(mut check: impl FnMut(Asked)) {
    let marks = [(None, false), (Some(6), false), (Some(LAST), true)];
    for (kept, user_sought) in
        [None, Some(FIRST), Some(7)].into_iter().flat_map(|kept| [(kept, false), (kept, true)])
    {
        check(Asked { kept, wanted: None, user_sought });
        for action in [FilterAction::Skip, FilterAction::Seek, FilterAction::Pause] {
            let rest = Some(Duration::from_millis(200));
            let rests = [None, rest];
            for timeout in rests.into_iter().take(if action == FilterAction::Pause { 2 } else { 1 }) {
                for cursor in [None, Some(FIRST), Some(7), Some(LAST + 1)] {
                    for (mark, commits) in marks {
                        let wanted = Some(Filtered { action, timeout, cursor, mark, commits });
                        check(Asked { kept, wanted, user_sought });
                    }
                }
            }
        }
    }
}

fn every_filtered(mut check: impl FnMut(&Case, &Asked, &World)) {
    let endings = [Ending::Works, Ending::Raises, Ending::Refused, Ending::LosesThePartition];
    for bits in 0..8u8 {
        let [lanes, manual, long_running] = [bits & 1, bits & 2, bits & 4].map(|bit| bit != 0);
        let offsets = LedgerMode { lanes, manual, ..LedgerMode::default() };
        let features = Features { offsets, long_running, filtering: true, ..Features::default() };
        every_run(features, |case| {
            if ![0, 2].contains(&case.attempt) {
                return;
            }
            every_asked(|asked| {
                if (case.outcome == Outcome::Idle) != asked.kept.is_none() {
                    return;
                }
                let seeks = asked.wanted.is_some_and(|all| all.commits || all.action == FilterAction::Seek);
                let ends = case.transactional || seeks;
                for ending in &endings[..if ends { 4 } else { 1 }] {
                    let case = Case { ending: *ending, filters: Some(asked), ..case };
                    check(&case, &asked, &World::walk(&case));
                }
            });
        });
    }
}

fn is_pass(effect: &Effect) -> bool {
    matches!(effect, Effect::Pass(_) | Effect::PassByTransaction(_))
}

fn is_action(effect: &Effect) -> bool {
    matches!(effect, Effect::Seek(_) | Effect::Throttle { .. })
}

/// Where reading goes on: the cursor of filters that ask for it.
fn asked_cursor(asked: &Asked) -> Option<i64> {
    asked.wanted.filter(Filtered::is_asking).and_then(|wanted| wanted.cursor)
}

#[test]
fn every_chain_of_a_filtered_run_ends_and_a_lost_partition_is_left_alone() {
    every_filtered(|case, _, world| {
        assert!(world.ended, "{case:?} {world:?}");
        if case.owned == Owned::Never {
            assert!(world.applied.is_empty(), "{case:?} {world:?}");
        }
        assert!(world.rests().len() + world.count(is_action) <= 2, "{case:?} {world:?}");
    });
}

#[test]
fn nothing_is_committed_past_what_filters_want_again_and_no_mark_goes_back() {
    every_filtered(|case, asked, world| {
        if case.failed() {
            return assert!(world.count(is_complete) == 0 && world.count(is_pass) == 0);
        }
        let cursor = asked_cursor(asked);
        for effect in &world.applied {
            let asks = asked.wanted.is_some_and(|wanted| wanted.is_asking());
            match *effect {
                Effect::Complete(end) | Effect::CompleteByTransaction(end) if asks => {
                    assert!(cursor.is_none_or(|cursor| end < cursor), "{case:?} {world:?}");
                    assert!(Some(end) <= asked.kept && end >= FIRST, "{case:?} {world:?}");
                    assert!(case.next.is_none_or(|next| next <= end + 1), "{case:?} {world:?}");
                }
                Effect::Complete(end) | Effect::CompleteByTransaction(end) => assert_eq!(end, LAST),
                Effect::Pass(mark) | Effect::PassByTransaction(mark) => {
                    assert_eq!(Some(mark), asked.wanted.and_then(|wanted| wanted.mark));
                    assert!(case.next.is_some_and(|next| next <= mark), "{case:?} {world:?}");
                }
                _ => {}
            }
        }
        let own_word = asked.wanted.and_then(|wanted| wanted.mark).map(|mark| mark + 1);
        if let (Some(next), Some(cursor)) = (world.committed, cursor) {
            assert!(next <= own_word.unwrap_or(cursor).max(cursor), "{case:?} {world:?}");
        }
    });
}

#[test]
fn an_idle_run_marks_nothing_by_itself_and_counts_as_none() {
    every_filtered(|case, asked, world| {
        if case.outcome != Outcome::Idle {
            return;
        }
        assert_eq!(world.count(is_complete), 0, "{case:?} {world:?}");
        assert_eq!(world.facts.attempt, case.attempt, "{case:?} {world:?}");
        if asked.wanted.is_none_or(|wanted| wanted.mark.is_none()) {
            assert_eq!(world.committed, None, "{case:?} {world:?}");
        }
    });
}

#[test]
fn filters_are_asked_once_after_success_and_have_no_say_after_a_failure() {
    every_filtered(|case, _, world| {
        let asked = world.count(|effect| *effect == Effect::AskFilters);
        let wanted = !case.failed() && !case.user_paused && case.owned != Owned::Never;
        assert_eq!(asked, usize::from(wanted), "{case:?} {world:?}");
        if case.failed() {
            assert_eq!(world.count(is_action), 0, "{case:?} {world:?}");
        }
    });
}

#[test]
fn what_the_user_paused_or_sought_stands() {
    every_filtered(|case, asked, world| {
        if case.user_paused && !case.failed() {
            let resets = world.applied.iter().all(|effect| *effect == Effect::ResetAttempts);
            assert!(resets, "{case:?} {world:?}");
        }
        if asked.user_sought {
            assert_eq!(world.count(is_action), 0, "{case:?} {world:?}");
        }
        if case.next.is_none() {
            assert_eq!((world.committed, world.count(is_pass)), (None, 0), "{case:?} {world:?}");
        }
    });
}

#[test]
fn what_filters_took_out_comes_again_at_their_cursor() {
    every_filtered(|case, asked, world| {
        let by_user = case.user_paused || asked.user_sought;
        if case.failed() || by_user || case.owned != Owned::Always || !world.facts.owned {
            return;
        }
        let Some(wanted) = asked.wanted.filter(Filtered::is_asking) else {
            return assert_eq!(world.count(is_action), 0, "{case:?} {world:?}");
        };
        let actions: Vec<Effect> = world.applied.iter().copied().filter(is_action).collect();
        let rests = world.rests();
        match (wanted.action, wanted.cursor, &actions[..]) {
            (FilterAction::Pause, offset, [Effect::Throttle { offset: at, timeout }]) => {
                let rest = wanted.timeout.unwrap_or(BACKOFF.after(0));
                assert_eq!((*at, *timeout, rests.len()), (offset, rest, 0), "{case:?} {world:?}");
            }
            (FilterAction::Seek, Some(cursor), [Effect::Seek(at)]) => {
                assert_eq!(*at, cursor, "{case:?} {world:?}");
                assert_eq!(rests.len(), usize::from(case.ending == Ending::Raises), "{case:?} {world:?}");
            }
            (FilterAction::Seek, None, []) => {}
            // A mark before it came to nothing: the run is repeated.
            (_, _, []) => assert_eq!(rests.len(), 1, "{case:?} {world:?}"),
            _ => panic!("{case:?} {world:?}"),
        }
        if let [(Some(offset), _)] = rests[..] {
            assert!(Some(offset) <= world.facts.next, "{case:?} {world:?}");
        }
    });
}

#[test]
fn no_filtered_partition_stays_held_for_ever() {
    every_filtered(|case, _, world| {
        if !case.features.long_running {
            return;
        }
        let resumes = world.count(|effect| *effect == Effect::Resume);
        let throttles = world.count(|effect| matches!(effect, Effect::Throttle { .. }));
        let goes_on = resumes + throttles + world.rests().len();
        let free = case.user_paused || !world.facts.owned;
        assert!(free || goes_on == 1, "{case:?} {world:?}");
        assert!(throttles == 0 || resumes == 0, "a pause takes the place of the resume: {case:?} {world:?}");
    });
}

#[test]
fn the_automatic_mark_comes_first_then_that_of_filters_then_their_action() {
    every_filtered(|case, _, world| {
        let place = |wanted: fn(&Effect) -> bool| world.applied.iter().position(wanted);
        let order = [place(is_complete), place(is_pass), place(is_action)];
        let order: Vec<usize> = order.into_iter().flatten().collect();
        assert!(order.windows(2).all(|pair| pair[0] < pair[1]), "{case:?} {world:?}");
        let passes = world.count(is_pass);
        let commits = world.count(|effect| *effect == Effect::Commit);
        assert!(passes <= 1 && commits <= passes, "{case:?} {world:?}");
    });
}
