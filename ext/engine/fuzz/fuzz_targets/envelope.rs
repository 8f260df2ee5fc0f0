//! No payload and no version header whatever opens that was not sealed, or makes the opener panic.
#![no_main]

use std::sync::OnceLock;
use std::time::Instant;

use karafka_engine::cipher::opener::Recent;
use karafka_engine::cipher::{Opener, Sealed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, bool, bool, &[u8], &[u8])| {
    static OPENER: OnceLock<Opener> = OnceLock::new();
    let (known, ours, envelope, version, bytes) = input;
    let version = if known { fuzzing::VERSION.as_bytes() } else { version };
    let payload = if ours { [&b"KNE1\x01\0\0\x01\x01\0"[..], bytes].concat() } else { bytes.to_vec() };
    let sealed = Sealed { payload: &payload, version, envelope };
    let opener = OPENER.get_or_init(fuzzing::opener);
    let opened = opener.open(sealed, &["a".to_owned()], &mut Recent::default(), Instant::now());
    // PKCS#1 v1.5 has no integrity: random bytes as long as the modulus may open.
    assert!(opened.is_err() || payload.len() == 256);
});
