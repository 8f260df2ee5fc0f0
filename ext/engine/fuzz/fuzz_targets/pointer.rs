//! The value that lanes are shared out by: where the scanner answers, serde_json reads the document too and
//! finds the same there.
#![no_main]

use karafka_engine::batch::{ArenaPool, Builder};
use karafka_engine::fanout::{Extractor, Key};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: (u8, &str, &[u8])| {
    let (known, pointer, source) = input;
    let pointer = ["", "/a", "/0", "/a/0", "/~0/~1"].get(usize::from(known)).copied().unwrap_or(pointer);
    let Ok(extractor) = Extractor::json(pointer) else { return };
    let mut builder = Builder::new("orders".into(), 0, ArenaPool::default());
    builder.append(0, Some(source), None, &[]);
    let batch = builder.finish(0);
    let Ok(key) = extractor.extract(&batch, 0) else { return };
    let Some(document) = fuzzing::theirs(source) else { return };
    match (key, document.pointer(pointer)) {
        (Key::Nil, None | Some(Value::Null)) => {}
        (Key::True, Some(Value::Bool(true))) | (Key::False, Some(Value::Bool(false))) => {}
        (Key::Text(text), Some(Value::String(theirs))) => assert_eq!(&*text, theirs.as_bytes()),
        // Above 64 bits serde_json has a float; it knows a `-0` that Ruby reads as 0.
        (Key::Integer(digits), Some(Value::Number(theirs))) => {
            let digits = std::str::from_utf8(&digits).expect("digits");
            let float = || digits.parse::<f64>().ok() == theirs.as_f64();
            assert!(digits == theirs.to_string() || float(), "{digits} is not {theirs}");
        }
        (key, theirs) => panic!("{key:?} is not {theirs:?}"),
    }
});
