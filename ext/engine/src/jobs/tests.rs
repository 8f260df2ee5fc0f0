//! Tests of the queue: a plain list of open jobs is the model.

use super::*;
use proptest::prelude::*;
use std::sync::Arc;

static NEVER: AtomicBool = AtomicBool::new(false);

/// As the binding has it, but for interrupts.
fn pop(jobs: &Jobs) -> Taken {
    let mut woken = false;
    loop {
        match jobs.take(woken) {
            Taken::Nothing => woken = jobs.sleep(&NEVER),
            taken => return taken,
        }
    }
}

#[test]
fn a_job_is_taken_once_and_frees_its_group_when_complete() {
    let jobs = Jobs::new();
    assert!(jobs.push("a", 1, true));
    assert!(!jobs.push("a", 1, true), "twice");
    assert_eq!(pop(&jobs), Taken::Job(1));
    assert_eq!(jobs.counts(), JobCounts { busy: 1, ..JobCounts::default() });
    assert_eq!(jobs.wait("a", Duration::ZERO, &NEVER), Waited::Busy);
    jobs.complete(1);
    assert_eq!(jobs.wait("a", Duration::ZERO, &NEVER), Waited::Free);
    assert!(jobs.is_empty("a"));
}

#[test]
fn groups_wait_for_their_own_jobs_only_and_not_for_non_blocking_ones() {
    let jobs = Jobs::new();
    jobs.push("a", 1, true);
    jobs.push("b", 2, false);
    assert_eq!(jobs.wait("b", Duration::ZERO, &NEVER), Waited::Free);
    assert!(!jobs.is_empty("b"));
    assert_eq!(jobs.wait("a", Duration::ZERO, &NEVER), Waited::Busy);
}

#[test]
fn clearing_a_group_leaves_the_others_alone() {
    let jobs = Jobs::new();
    jobs.push("a", 1, true);
    jobs.push("b", 2, true);
    jobs.clear("a");
    assert_eq!(jobs.wait("a", Duration::ZERO, &NEVER), Waited::Free);
    assert_eq!(pop(&jobs), Taken::Job(2));
}

#[test]
fn a_closed_queue_is_worked_off_and_then_ends_its_workers() {
    let jobs = Jobs::new();
    jobs.push("a", 1, true);
    jobs.close();
    assert_eq!(pop(&jobs), Taken::Job(1));
    assert_eq!(pop(&jobs), Taken::Enough);
    assert_eq!(jobs.wait("a", Duration::from_secs(60), &NEVER), Waited::Free);
}

#[test]
fn deferred_wakes_reach_a_sleeping_worker_when_the_listener_waits() {
    let jobs = Arc::new(Jobs::new());
    let worker = std::thread::spawn({
        let jobs = jobs.clone();
        move || {
            let popped = pop(&jobs);
            jobs.complete(7);
            // The listener is woken by the worker's next sleep.
            (popped, pop(&jobs))
        }
    });
    jobs.defer();
    jobs.push("a", 7, true);
    assert_eq!(jobs.wait("a", Duration::from_secs(60), &NEVER), Waited::Free);
    jobs.release_worker();
    assert_eq!(worker.join().unwrap(), (Taken::Job(7), Taken::Enough));
}

#[test]
fn sleeping_workers_are_called_one_after_the_other() {
    let jobs = Jobs::new();
    jobs.state.lock().idle = vec![Bell::new(), Bell::new(), Bell::new()];
    let called = || std::mem::take(&mut jobs.state.lock().called);
    for job in 1..=4 {
        jobs.push("a", job, true);
    }
    assert!(called(), "by the first job");
    jobs.state.lock().coming = 1;
    jobs.push("a", 5, true);
    assert_eq!(jobs.take(false), Taken::Job(1));
    assert!(!called(), "one is on its way");
    assert_eq!(jobs.take(true), Taken::Job(2));
    assert!(called(), "by the one that came");
}

#[test]
fn the_worker_that_went_to_sleep_last_is_called_first() {
    let jobs = Arc::new(Jobs::new());
    let asleep = |sleepers: usize| {
        let worker = std::thread::spawn({
            let jobs = jobs.clone();
            move || pop(&jobs)
        });
        while jobs.state.lock().idle.len() < sleepers {
            std::thread::yield_now();
        }
        worker
    };
    let (first, last) = (asleep(1), asleep(2));
    jobs.push("a", 7, true);
    assert_eq!(last.join().unwrap(), Taken::Job(7));
    jobs.close();
    assert_eq!(first.join().unwrap(), Taken::Enough);
}

#[test]
fn a_listener_is_woken_for_a_free_group_alone() {
    let jobs = Jobs::new();
    for (group, job) in [("a", 1), ("a", 2), ("b", 3)] {
        jobs.push(group, job, true);
        jobs.take(false);
    }
    jobs.complete(1);
    assert!(jobs.state.lock().freed.is_empty());
    jobs.complete(2);
    assert_eq!(jobs.state.lock().freed, ["a"]);
    assert_eq!(jobs.take(false), Taken::Nothing);
    assert_eq!(jobs.state.lock().freed, ["a"], "the worker is about to sleep");
    jobs.push("b", 4, true);
    assert_eq!(jobs.take(false), Taken::Job(4));
    assert!(jobs.state.lock().freed.is_empty(), "the worker goes on");
}

#[test]
fn no_call_is_lost_among_many() {
    let jobs = Arc::new(Jobs::new());
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let jobs = jobs.clone();
            std::thread::spawn(move || {
                while let Taken::Job(job) = pop(&jobs) {
                    jobs.complete(job);
                }
            })
        })
        .collect();
    let listeners = ["a", "b"].into_iter().zip([0, 1 << 32]).map(|(group, base)| {
        let jobs = jobs.clone();
        std::thread::spawn(move || {
            for round in 0..2_000u64 {
                if round % 3 > 0 {
                    jobs.defer();
                }
                for job in 0..round % 7 {
                    jobs.push(group, base + round * 8 + job, true);
                }
                assert_eq!(jobs.wait(group, Duration::from_secs(600), &NEVER), Waited::Free);
            }
        })
    });
    let listeners: Vec<_> = listeners.collect();
    for listener in listeners {
        listener.join().unwrap();
    }
    jobs.close();
    for worker in workers {
        worker.join().unwrap();
    }
}

#[test]
fn an_interrupt_ends_a_sleep() {
    let jobs = Arc::new(Jobs::new());
    let interrupted = Arc::new(AtomicBool::new(false));
    let worker = std::thread::spawn({
        let (jobs, interrupted) = (jobs.clone(), interrupted.clone());
        move || jobs.sleep(&interrupted)
    });
    interrupted.store(true, Ordering::Release);
    jobs.wake();
    assert!(!worker.join().unwrap());
}

#[test]
fn a_job_that_is_withheld_keeps_its_group_busy_until_it_is_let_go() {
    let jobs = Jobs::new();
    assert!(jobs.lock("a", 1, true));
    assert!(!jobs.lock("a", 1, true), "twice");
    jobs.lock("b", 2, false);
    assert_eq!(jobs.counts(), JobCounts { waiting: 2, ..JobCounts::default() });
    assert_eq!(jobs.wait("a", Duration::ZERO, &NEVER), Waited::Busy);
    assert_eq!(jobs.drain("a", Duration::ZERO, &NEVER), Waited::Free);
    assert_eq!(jobs.wait("b", Duration::ZERO, &NEVER), Waited::Free);
    assert!(!jobs.is_empty("b"));
    assert!(jobs.unlock(1));
    assert!(!jobs.unlock(1), "twice");
    assert_eq!(jobs.wait("a", Duration::ZERO, &NEVER), Waited::Free);
}

#[test]
fn pushing_and_letting_go_may_come_in_either_order() {
    for unlock_first in [true, false] {
        let jobs = Jobs::new();
        jobs.lock("a", 1, true);
        if unlock_first {
            assert!(jobs.unlock(1));
        }
        assert!(jobs.push("a", 1, true));
        assert_eq!(pop(&jobs), Taken::Job(1));
        if !unlock_first {
            jobs.complete(1);
            assert_eq!(jobs.wait("a", Duration::ZERO, &NEVER), Waited::Busy);
            assert!(jobs.unlock(1));
        } else {
            assert_eq!(jobs.wait("a", Duration::ZERO, &NEVER), Waited::Busy);
            jobs.complete(1);
        }
        assert_eq!(jobs.wait("a", Duration::ZERO, &NEVER), Waited::Free);
        assert!(jobs.is_empty("a"));
    }
}

#[test]
fn clearing_lets_go_of_the_groups_own_jobs_and_only_once() {
    let jobs = Jobs::new();
    jobs.lock("a", 1, true);
    jobs.lock("b", 2, true);
    jobs.clear("a");
    assert_eq!(jobs.counts().waiting, 1);
    assert!(!jobs.unlock(1));
    assert_eq!(jobs.counts().waiting, 1);
    assert_eq!(jobs.wait("a", Duration::ZERO, &NEVER), Waited::Free);
    assert_eq!(jobs.wait("b", Duration::ZERO, &NEVER), Waited::Busy);
    assert!(jobs.unlock(2));
}

#[test]
fn letting_go_wakes_the_listener_that_waits_for_it() {
    let jobs = Arc::new(Jobs::new());
    jobs.lock("a", 1, true);
    let listener = std::thread::spawn({
        let jobs = jobs.clone();
        move || jobs.wait("a", Duration::from_secs(60), &NEVER)
    });
    assert!(jobs.unlock(1));
    assert_eq!(listener.join().unwrap(), Waited::Free);
}

proptest! {
    /// Against the plain list of open jobs: a group is busy exactly while one of its blocking
    /// jobs is open, and jobs come in order.
    #[test]
    fn a_group_is_busy_exactly_while_it_has_blocking_jobs(
        acts in prop::collection::vec((0..4u8, 0..3usize, any::<bool>()), 1..60)
    ) {
        let names = ["a", "b", "c"];
        let jobs = Jobs::new();
        let (mut number, mut ready, mut open) = (0u64, VecDeque::new(), Vec::new());
        for (act, group, blocking) in acts {
            match act {
                0 | 1 => {
                    number += 1;
                    jobs.push(names[group], number, blocking);
                    ready.push_back(number);
                    open.push((number, group, blocking));
                }
                2 => {
                    if let Some(next) = ready.pop_front() {
                        prop_assert_eq!(pop(&jobs), Taken::Job(next));
                        jobs.complete(next);
                        open.retain(|(job, _, _)| *job != next);
                    }
                }
                _ => {
                    jobs.clear(names[group]);
                    ready.retain(|job| open.iter().any(|(of, g, _)| of == job && *g != group));
                    open.retain(|(_, g, _)| *g != group);
                }
            }
            for (index, name) in names.iter().enumerate() {
                let busy = open.iter().any(|(_, g, blocking)| *g == index && *blocking);
                let expected = if busy { Waited::Busy } else { Waited::Free };
                prop_assert_eq!(jobs.wait(name, Duration::ZERO, &NEVER), expected);
                prop_assert_eq!(jobs.is_empty(name), !open.iter().any(|(_, g, _)| *g == index));
            }
        }
    }
}
