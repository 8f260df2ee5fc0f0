//! A sealed payload opens to what was sealed, and to nothing at all once a byte of it was changed, cut off
//! or added, or its record names another topic or key version.
#![no_main]

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use fuzzing::VERSION;
use karafka_engine::cipher::opener::Recent;
use karafka_engine::cipher::{Limits, Opener, PublicKey, Sealed, Sealer};
use libfuzzer_sys::fuzz_target;
use openssl::rsa::Rsa;

/// Which change, where, by what bits, and another name.
type Change<'a> = (u8, u16, u8, &'a str);

fn sides() -> &'static (Sealer, Opener) {
    static SIDES: OnceLock<(Sealer, Opener)> = OnceLock::new();
    SIDES.get_or_init(|| {
        let pem = Rsa::private_key_from_pem(fuzzing::private_key().as_bytes());
        let pem = pem.and_then(|key| key.public_key_to_pem()).expect("its public half");
        let public = PublicKey::parse(&pem).expect("a key");
        let limits = Limits { messages: 1_000, age: Duration::from_secs(60) };
        (Sealer::new(public, VERSION.as_bytes(), limits).expect("a sealer"), fuzzing::opener())
    })
}

fuzz_target!(|input: (&[u8], Vec<Change<'_>>)| {
    let (plain, changes) = input;
    let (sealer, opener) = sides();
    let sealed = sealer.seal(b"orders", plain, Instant::now()).expect("sealed");
    let (mut payload, mut topic, mut version) = (sealed.clone(), "orders".to_owned(), VERSION.to_owned());
    for (kind, at, bits, name) in changes {
        match kind % 5 {
            0 => {
                let at = usize::from(at) % payload.len().max(1);
                payload.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bits);
            }
            1 => payload.truncate(usize::from(at)),
            2 => payload.push(bits),
            3 => topic = name.to_owned(),
            _ => version = name.to_owned(),
        }
    }
    let untouched = payload == sealed && topic == "orders" && version == VERSION;
    let opened = opener.open(
        Sealed { payload: &payload, version: version.as_bytes(), envelope: false },
        &[topic],
        &mut Recent::default(),
        Instant::now(),
    );
    match opened {
        Ok(opened) => assert!(opened == plain && untouched || payload.len() == 256),
        Err(error) => assert!(!untouched, "{error}"),
    }
});
