//! Records keep every byte of payload, key and headers in a batch, and what their headers say of
//! encryption is understood as it stands there, repeated and null headers included.
#![no_main]

use std::sync::{Arc, OnceLock};

use karafka_engine::batch::{ArenaPool, Builder};
use karafka_engine::cipher::{Opened, Opener};
use karafka_engine::fanout::{Extractor, Key};
use libfuzzer_sys::fuzz_target;

type Header<'a> = (&'a [u8], Option<&'a [u8]>);
type Record<'a> = (Option<&'a [u8]>, Option<&'a [u8]>, Vec<Header<'a>>);

const NAMES: [&[u8]; 2] = [b"encryption", b"encryption_envelope"];

/// Names of one byte stand for those that mean something.
fn named<'a>((name, value): Header<'a>) -> Header<'a> {
    match name {
        [short @ 0..=1] => (NAMES[usize::from(*short)], value),
        _ => (name, value),
    }
}

fuzz_target!(|records: Vec<Record<'_>>| {
    static OPENER: OnceLock<Arc<Opener>> = OnceLock::new();
    let opener = OPENER.get_or_init(|| Arc::new(fuzzing::opener()));
    let records: Vec<Record<'_>> = records
        .into_iter()
        .map(|(payload, key, headers)| (payload, key, headers.into_iter().map(named).collect()))
        .collect();
    let mut builder = Builder::new("orders".into(), 0, ArenaPool::default());
    for (offset, (payload, key, headers)) in records.iter().enumerate() {
        builder.append(offset as i64, *payload, *key, headers);
    }
    let batch = Arc::new(builder.finish(0));
    let opened = Opened::new(Arc::clone(opener), Arc::clone(&batch), vec!["orders".to_owned()]);
    let extractor = Extractor::Header(NAMES[0].into());
    for (index, (payload, key, headers)) in records.iter().enumerate() {
        assert_eq!((batch.payload(index), batch.key(index)), (*payload, *key));
        assert_eq!(batch.headers(index).collect::<Vec<_>>(), *headers);
        let versions: Vec<_> = headers.iter().filter(|(name, _)| *name == NAMES[0]).collect();
        let taken = opened.take(index);
        assert_eq!(taken.is_none(), payload.is_none() || versions.is_empty());
        if let Some(Ok(_)) = taken {
            assert!(versions.len() == 1 && payload.is_some_and(|payload| payload.len() == 256));
        }
        match extractor.extract(&batch, index) {
            Ok(Key::Nil) => assert!(versions.is_empty()),
            Ok(key) => assert_eq!(key.text(), versions[0].1.unwrap_or_default()),
            Err(_) => assert!(versions.len() > 1),
        }
    }
});
