//! Reading ahead: what is parsed, and what is not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::batch::Batch;
use crate::json::{Found, ReadAhead};
use crate::pool;

const MESSAGES: usize = 1_000;

fn payload(index: usize) -> String {
    format!(r#"{{"index":{index},"text":"{}"}}"#, "x".repeat(180))
}

fn ahead_of(payloads: &[Option<&[u8]>]) -> Arc<ReadAhead> {
    Arc::new(ReadAhead::new(Arc::new(Batch::of(payloads))))
}

fn large() -> Arc<ReadAhead> {
    let payloads: Vec<String> = (0..MESSAGES).map(payload).collect();
    ahead_of(&payloads.iter().map(|text| Some(text.as_bytes())).collect::<Vec<_>>())
}

/// Reads a message whichever way it can be read: its index as it says, and whether it was parsed ahead.
fn read(ahead: &Arc<ReadAhead>, index: usize) -> (u64, bool) {
    let number = |document| super::value(&document, document.first())["index"].as_u64().expect("an index");
    match ahead.ask(index) {
        Found::Parsed(document) => (number(document), true),
        Found::Unread => {
            let alone = ahead.parse(index);
            let found = number(ahead.document(&alone).expect("JSON"));
            ahead.keep(alone);
            (found, false)
        }
        Found::Refused | Found::Null => panic!("message {index} is readable"),
    }
}

fn await_parsed(ahead: &ReadAhead, least: usize) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while ahead.parsed() < least {
        assert!(Instant::now() < deadline, "{} of {least} parsed", ahead.parsed());
        std::thread::yield_now();
    }
}

/// Lets whatever was given to the pool end.
fn settle() {
    if let Some(pool) = pool::shared() {
        pool.broadcast(|_| ());
    }
}

fn parallel() -> bool {
    pool::threads() > 1
}

#[test]
fn gives_every_message_to_who_reads_them_in_order() {
    let ahead = large();
    for index in 0..MESSAGES {
        assert_eq!(read(&ahead, index).0, index as u64);
    }
}

#[test]
fn parses_what_follows_the_second_message_and_more_with_each() {
    let ahead = large();
    read(&ahead, 0);
    settle();
    assert_eq!(ahead.parsed(), 0);
    read(&ahead, 1);
    if parallel() {
        await_parsed(&ahead, 100);
        settle();
        assert!(ahead.parsed() < MESSAGES / 2, "{} for two", ahead.parsed());
        (2..MESSAGES / 2).for_each(|index| {
            read(&ahead, index);
        });
        // The hundred from before, and all that were not asked for yet.
        await_parsed(&ahead, MESSAGES / 2 + 100);
        assert!((MESSAGES / 2..MESSAGES).any(|index| read(&ahead, index).1));
    }
}

#[test]
fn parses_nothing_for_who_reads_single_messages() {
    let ahead = large();
    for index in [0, 100, 300, 700, 950] {
        assert_eq!(read(&ahead, index), (index as u64, false));
    }
    settle();
    assert_eq!(ahead.parsed(), 0);
}

#[test]
fn parses_nothing_of_small_batches_ahead() {
    let payloads: Vec<String> = (0..20).map(payload).collect();
    let ahead = ahead_of(&payloads.iter().map(|text| Some(text.as_bytes())).collect::<Vec<_>>());
    (0..20).for_each(|index| assert_eq!(read(&ahead, index), (index as u64, false)));
    settle();
    assert_eq!(ahead.parsed(), 0);
}

#[test]
fn bounds_what_waits_for_its_reader() {
    let text = format!("[\"{}\"]", "x".repeat(1024 * 1024));
    let ahead = ahead_of(&vec![Some(text.as_bytes()); 30]);
    assert!((0..10).all(|index| !matches!(ahead.ask(index), Found::Null)));
    settle();
    assert!(ahead.parsed() <= 14, "{} MB are ahead", ahead.parsed());
}

#[test]
fn knows_null_and_refused_payloads() {
    let text = payload(7);
    let mut payloads = vec![Some(text.as_bytes()); MESSAGES];
    (payloads[0], payloads[1], payloads[600], payloads[601]) =
        (None, Some(&b"{"[..]), None, Some(&b"//"[..]));
    let ahead = ahead_of(&payloads);
    assert!(matches!(ahead.ask(0), Found::Null));
    assert!(matches!(ahead.ask(1), Found::Unread));
    assert!(ahead.document(&ahead.parse(1)).is_none());
    (2..600).for_each(|index| assert_eq!(read(&ahead, index).0, 7));
    if parallel() {
        await_parsed(&ahead, 300);
        settle();
    }
    assert!(matches!(ahead.ask(600), Found::Null));
    match ahead.ask(601) {
        Found::Refused => (),
        Found::Unread => assert!(ahead.document(&ahead.parse(601)).is_none()),
        _ => panic!("a comment was read"),
    }
    assert!(matches!(ahead.ask(MESSAGES), Found::Null));
}

#[test]
fn keeps_the_last_message_that_was_parsed_alone() {
    let ahead = large();
    let alone = ahead.parse(5);
    let node = ahead.document(&alone).map(|document| document.first());
    ahead.keep(alone);
    assert_eq!(ahead.document(&ahead.parse(5)).map(|document| document.first()), node);
    // Taken and not given back: made anew.
    assert!(ahead.document(&ahead.parse(5)).is_some());
}

#[test]
fn serves_many_readers_at_once() {
    let ahead = large();
    std::thread::scope(|scope| {
        for lane in 0..4 {
            let ahead = &ahead;
            scope.spawn(move || {
                (lane..MESSAGES).step_by(4).for_each(|index| assert_eq!(read(ahead, index).0, index as u64));
            });
        }
    });
}

#[test]
fn goes_on_in_a_forked_child() {
    let ahead = large();
    (0..10).for_each(|index| {
        read(&ahead, index);
    });
    // SAFETY: the child reads what it inherited and leaves without running handlers.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let sound = (10..MESSAGES).all(|index| read(&ahead, index).0 == index as u64);
        // SAFETY: ends the child at once.
        unsafe { libc::_exit(i32::from(!sound)) };
    }
    let mut status = -1;
    // SAFETY: waits for the child that was just forked.
    unsafe { libc::waitpid(child, &mut status, 0) };
    assert_eq!(status, 0);
}
