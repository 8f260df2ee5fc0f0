//! One partition, several connections of a process.

use std::sync::atomic::AtomicUsize;

use proptest::prelude::*;

use super::*;

fn place(group: &str) -> Place {
    Place { cluster: "here".into(), group: group.into(), topic: "orders".into(), partition: 0 }
}

fn with(features: Features, group: &str, term: Term) -> Partition {
    let backoff = Backoff { timeout: Duration::ZERO, max_timeout: Duration::ZERO, exponential: false };
    Partition::new("orders".into(), 0, features, backoff, None).under(Some(Claim::stake(place(group), term)))
}

fn assigned(group: &str, term: Term) -> Partition {
    with(Features::default(), group, term)
}

fn taken(group: &str) -> Partition {
    assigned(group, Term::next())
}

fn begun(partition: &Partition) -> bool {
    partition.begin_batch(0, 9, false) && partition.begin_lane()
}

#[test]
fn a_newcomer_waits_for_the_job_of_the_former_assignment_whose_marks_are_refused() {
    let former = taken("waits");
    assert!(begun(&former));
    assert_eq!(former.mark(0, None, None), Verdict::Accepted);
    let newcomer = taken("waits");
    assert_eq!(former.mark(1, None, None), Verdict::Refused);
    assert!(former.is_revoked() && !newcomer.is_revoked());
    assert!(!newcomer.begin_batch(0, 9, false), "the job is at work");
    assert_eq!(newcomer.next(), None, "nothing was begun");
    assert!(former.end_lane(Outcome::Succeeded).is_empty(), "nothing is marked on its behalf");
    assert!(!former.has_store() || former.take_store().is_some_and(|store| store.next == 1));
    assert!(begun(&newcomer));
    assert_eq!(newcomer.mark(1, None, None), Verdict::Accepted);
}

#[test]
fn every_lane_at_work_is_waited_for_and_none_that_never_began() {
    let former = taken("lanes");
    assert!(former.begin_batch(0, 9, false));
    former.register(&[(0, vec![0]), (1, vec![1]), (2, vec![2])]);
    assert!(former.begin_lane() && former.begin_lane());
    let newcomer = taken("lanes");
    assert!(!former.begin_lane(), "superseded before a worker came to it");
    former.end_lane(Outcome::NeverRan);
    former.end_lane(Outcome::Failed);
    assert!(!newcomer.begin_batch(0, 9, false));
    former.end_lane(Outcome::Succeeded);
    assert!(newcomer.begin_batch(0, 9, false));
}

#[test]
fn a_job_that_waits_for_a_worker_holds_nobody_back_and_never_begins() {
    let former = taken("queued");
    assert!(former.begin_batch(0, 9, false));
    let newcomer = taken("queued");
    assert!(newcomer.begin_batch(0, 9, false));
    assert!(!former.begin_lane());
    assert!(newcomer.begin_lane());
}

#[test]
fn ticks_wait_and_are_waited_for_as_runs_are() {
    let periodic = Periodic { interval: Duration::ZERO, during_pause: true, during_retry: true };
    let features = Features { periodic: Some(periodic), ..Features::default() };
    let ticking = || with(features, "ticks", Term::next());
    let former = ticking();
    former.begin_job(Job::Tick);
    former.begin_job(Job::Tick);
    assert!(former.enter_tick());
    let newcomer = ticking();
    assert!(!former.enter_tick(), "the second lane comes too late");
    former.end_job(Job::Tick);
    assert!(!newcomer.is_tick_due(Instant::now()) && !newcomer.begin_batch(0, 9, false));
    former.leave_tick();
    former.end_job(Job::Tick);
    assert!(newcomer.is_tick_due(Instant::now()) && newcomer.begin_batch(0, 9, false));
}

#[test]
fn the_third_waits_for_the_first_although_the_second_is_gone() {
    let first = taken("third");
    assert!(begun(&first));
    drop(taken("third"));
    let third = taken("third");
    assert!(!third.begin_batch(0, 9, false));
    first.end_lane(Outcome::Failed);
    assert!(begun(&third));
}

#[test]
fn an_assignment_that_was_lost_before_it_was_seen_takes_nothing_from_its_owner() {
    let owner = taken("late");
    let late = assigned("late", Term::default());
    assert!(late.is_revoked() && !owner.is_revoked());
    assert!(begun(&owner) && !late.begin_lane());
    let alone = assigned("alone", Term::default());
    assert!(begun(&alone), "nobody else has it");
}

#[test]
fn groups_and_clusters_share_nothing() {
    let one = taken("one");
    assert!(begun(&one));
    let other = taken("other");
    let elsewhere = Claim::stake(Place { cluster: "there".into(), ..place("one") }, Term::next());
    assert!(begun(&other) && elsewhere.begin());
    assert!(!one.is_revoked() && !other.is_revoked());
}

#[test]
fn a_place_is_forgotten_with_its_last_claim_and_may_be_claimed_again() {
    let former = taken("gone");
    assert!(begun(&former));
    let newcomer = taken("gone");
    drop(former);
    assert!(Claim::is_known(&place("gone")));
    drop(newcomer);
    assert!(!Claim::is_known(&place("gone")));
    assert!(begun(&taken("gone")), "a job that was dropped unended holds nobody back then");
}

#[test]
fn threads_that_race_for_a_place_never_work_at_once() {
    let (at_work, owner) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for connection in 1..=3 {
            let (at_work, owner) = (&at_work, &owner);
            scope.spawn(move || {
                for _ in 0..2_000 {
                    let partition = taken("race");
                    while !partition.begin_batch(0, 9, false) && !partition.is_revoked() {
                        std::thread::yield_now();
                    }
                    if partition.begin_lane() {
                        assert_eq!(at_work.fetch_add(1, Ordering::SeqCst), 0);
                        owner.store(connection, Ordering::SeqCst);
                        std::thread::yield_now();
                        assert_eq!(owner.load(Ordering::SeqCst), connection);
                        at_work.fetch_sub(1, Ordering::SeqCst);
                        partition.end_lane(Outcome::Succeeded);
                    }
                }
            });
        }
    });
    assert!(!Claim::is_known(&place("race")));
}

#[test]
fn a_forked_child_claims_in_a_registry_of_its_own() {
    let parents = taken("forked");
    assert!(begun(&parents));
    // SAFETY: the child only computes and leaves without running handlers.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let fine = begun(&taken("forked"));
        drop(parents);
        // SAFETY: ends the child at once.
        unsafe { libc::_exit(i32::from(!fine)) };
    }
    let mut status = -1;
    // SAFETY: waits for the child that was just forked.
    unsafe { libc::waitpid(child, &mut status, 0) };
    assert_eq!(status, 0);
    assert!(!parents.is_revoked());
}

/// What may happen to one of four connections.
#[derive(Debug, Clone, Copy)]
enum Happens {
    Assigned,
    Revoked,
    Batch,
    LaneBegins,
    LaneEnds,
}

/// A connection as a slow and obvious model sees it; revoked ones stay while they work.
struct Modelled {
    partition: Partition,
    connection: usize,
    owner: bool,
    batch: bool,
    at_work: bool,
}

fn histories() -> impl Strategy<Value = Vec<(usize, Happens)>> {
    let happens = prop_oneof![
        Just(Happens::Assigned),
        Just(Happens::Revoked),
        Just(Happens::Batch),
        Just(Happens::LaneBegins),
        Just(Happens::LaneEnds),
    ];
    prop::collection::vec((0..4_usize, happens), 1..60)
}

fn apply(all: &mut Vec<Modelled>, group: &str, connection: usize, happens: Happens, offset: i64) {
    if matches!(happens, Happens::Assigned) {
        all.iter_mut().for_each(|one| one.owner = false);
        let partition = taken(group);
        all.push(Modelled { partition, connection, owner: true, batch: false, at_work: false });
    }
    let working = all.iter().any(|one| one.at_work);
    let Some(one) = all.iter_mut().rev().find(|one| one.connection == connection) else { return };
    match happens {
        Happens::Assigned => {}
        Happens::Revoked => {
            one.owner = false;
            one.partition.revoke(Instant::now());
        }
        Happens::Batch if !one.batch => {
            one.batch = one.partition.begin_batch(0, 9, false);
            assert_eq!(one.batch, !working, "a batch waits for work, and for nothing else");
        }
        Happens::LaneBegins if one.batch && !one.at_work => {
            one.at_work = one.partition.begin_lane();
            assert_eq!(one.at_work, one.owner, "the owner begins, nobody else");
            one.batch = one.at_work;
        }
        Happens::LaneEnds if one.at_work => {
            one.partition.end_lane(Outcome::Succeeded);
            (one.at_work, one.batch) = (false, false);
        }
        _ => {}
    }
    assert!(all.iter().filter(|one| one.at_work).count() <= 1);
    for one in all.iter() {
        assert_eq!(one.partition.is_revoked(), !one.owner);
        if one.at_work {
            assert_eq!(one.partition.mark(offset, None, None) == Verdict::Accepted, one.owner);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn any_order_of_assignments_and_jobs_leaves_one_at_work_and_the_owner_never_stuck(history in histories()) {
        let group = format!("{:?}", std::thread::current().id());
        let mut all = Vec::new();
        for (offset, (connection, happens)) in (10..).zip(history) {
            apply(&mut all, &group, connection, happens, offset);
        }
        for one in all.iter_mut().filter(|one| one.at_work) {
            one.partition.end_lane(Outcome::Failed);
        }
        if let Some(owner) = all.iter().find(|one| one.owner) {
            prop_assert!(begun(&owner.partition));
        }
        drop(all);
        prop_assert!(!Claim::is_known(&place(&group)));
    }
}
