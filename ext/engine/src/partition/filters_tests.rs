//! Sets of filters against the chapter's words.

use proptest::prelude::*;

use super::*;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn pause(timeout: u64, cursor: i64) -> Wish {
    Wish { action: FilterAction::Pause, timeout: Some(ms(timeout)), cursor: Some(cursor), ..Wish::default() }
}

fn seek(timeout: Option<u64>, cursor: Option<i64>) -> Wish {
    Wish { action: FilterAction::Seek, timeout: timeout.map(ms), cursor, ..Wish::default() }
}

#[test]
fn a_pause_of_500_and_one_of_200_and_a_seek_of_0_are_one_of_200_at_the_lowest_cursor() {
    let all = Filtered::combine(&[pause(500, 7), pause(200, 9), seek(Some(0), Some(5))]);
    let wanted = Filtered {
        action: FilterAction::Pause,
        timeout: Some(ms(200)),
        cursor: Some(5),
        ..Filtered::default()
    };
    assert_eq!(all, wanted);
}

#[test]
fn without_filters_nothing_is_wanted() {
    assert_eq!(Filtered::combine(&[]), Filtered::default());
}

#[test]
fn a_seek_to_nowhere_and_a_pause_of_nothing_do_not_run_in_circles() {
    assert_eq!(Filtered::combine(&[seek(None, None)]).action, FilterAction::Skip);
    assert_eq!(Filtered::combine(&[pause(0, 3)]).timeout, Some(SHORTEST_PAUSE));
}

#[test]
fn a_mark_never_covers_what_another_filter_needs_next() {
    let marking = Wish { mark: Some(9), ..Wish::default() };
    assert_eq!(Filtered::combine(&[marking]).mark, Some(9));
    assert_eq!(Filtered::combine(&[marking, pause(10, 7)]).mark, Some(6));
    let own = Wish { mark: Some(9), ..seek(None, Some(9)) };
    assert_eq!(Filtered::combine(&[own]).mark, Some(9), "its own word");
}

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let action = prop_oneof![Just(FilterAction::Skip), Just(FilterAction::Seek), Just(FilterAction::Pause)];
    let offset = || prop::option::of(0..20i64);
    let timeout = prop::option::of((0..5u64).prop_map(ms));
    let wish = (action, timeout, offset(), offset(), any::<bool>());
    let wish = wish.prop_map(|(action, timeout, cursor, mark, commits)| Wish {
        action,
        timeout,
        cursor,
        mark,
        commits,
    });
    prop::collection::vec(wish, 0..5)
}

proptest! {
    #[test]
    fn any_set_of_filters_is_combined_as_the_model_says(wishes in wishes()) {
        let all = Filtered::combine(&wishes);
        let has = |action| wishes.iter().any(|wish| wish.action == action);
        let cursors: Vec<i64> = wishes.iter().filter_map(|wish| wish.cursor).collect();
        let action = if has(FilterAction::Pause) {
            FilterAction::Pause
        } else if has(FilterAction::Seek) && !cursors.is_empty() {
            FilterAction::Seek
        } else {
            FilterAction::Skip
        };
        prop_assert_eq!(all.action, action);
        prop_assert_eq!(all.cursor, cursors.iter().min().copied());
        let mut timeout: Option<Duration> = None;
        for wish in &wishes {
            if let (FilterAction::Pause, Some(one)) = (wish.action, wish.timeout) {
                timeout = Some(timeout.map_or(one, |other| other.min(one)));
            }
        }
        prop_assert_eq!(all.timeout, timeout.map(|one| one.max(ms(1))));
        let marks: Vec<i64> = wishes.iter().filter_map(|wish| wish.mark).collect();
        prop_assert_eq!(all.mark.is_some(), !marks.is_empty());
        if let Some(mark) = all.mark {
            prop_assert!(marks.iter().all(|one| mark <= *one));
            for wish in wishes.iter().filter(|wish| wish.action != FilterAction::Skip && wish.mark.is_none()) {
                prop_assert!(wish.cursor.is_none_or(|cursor| mark < cursor));
            }
        }
        prop_assert_eq!(all.commits, wishes.iter().any(|wish| wish.commits && wish.mark.is_some()));
    }
}
