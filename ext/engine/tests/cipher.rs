//! Sealing and opening as producers and consumers do it, and what changed bytes lead to.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use karafka_engine::cipher::opener::Recent;
use karafka_engine::cipher::{CipherError, Kind, Limits, Opener, PrivateKey, PublicKey, Sealed, Sealer};
use openssl::rsa::Rsa;
use proptest::prelude::*;

struct Pair {
    sealer: Sealer,
    private: Vec<u8>,
}

fn pair(version: &str) -> Pair {
    let rsa = Rsa::generate(2048).unwrap();
    let public = PublicKey::parse(&rsa.public_key_to_pem().unwrap()).unwrap();
    let limits = Limits { messages: 1_000, age: Duration::from_secs(300) };
    Pair {
        sealer: Sealer::new(public, version.as_bytes(), limits).unwrap(),
        private: rsa.private_key_to_pem().unwrap(),
    }
}

fn opener(keys: &[(&str, &Pair)]) -> Opener {
    let keys = keys
        .iter()
        .map(|(version, pair)| (version.as_bytes().to_vec(), PrivateKey::parse(&pair.private).unwrap()));
    Opener::new(keys, 16, Duration::from_secs(600)).unwrap()
}

fn open(opener: &Opener, payload: &[u8], version: &str, topic: &str) -> Result<Vec<u8>, CipherError> {
    let sealed = Sealed { payload, version: version.as_bytes(), envelope: false };
    opener.open(sealed, &[topic.to_owned()], &mut Recent::default(), Instant::now())
}

#[test]
fn direct_and_envelope_of_two_versions_are_opened_side_by_side() {
    let (one, two) = (pair("1"), pair("2"));
    let opener = opener(&[("1", &one), ("2", &two)]);
    for (version, pair) in [("1", &one), ("2", &two)] {
        let direct = pair.sealer.encrypt(b"direct").unwrap();
        let sealed = pair.sealer.seal(b"orders", b"sealed", Instant::now()).unwrap();
        assert_eq!(open(&opener, &direct, version, "orders").unwrap(), b"direct");
        assert_eq!(open(&opener, &sealed, version, "orders").unwrap(), b"sealed");
        assert_eq!(open(&opener, &sealed, version, "orders").unwrap(), b"sealed");
    }
}

#[test]
fn what_cannot_be_opened_says_why_and_never_what_it_holds() {
    let (one, two) = (pair("1"), pair("2"));
    let opener = opener(&[("1", &one), ("2", &two)]);
    let sealed = one.sealer.seal(b"orders", b"the secret", Instant::now()).unwrap();
    let kind = |result: Result<Vec<u8>, CipherError>| {
        let error = result.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("the secret"));
        error.kind
    };
    assert_eq!(kind(open(&opener, &sealed, "3", "orders")), Kind::UnknownKeyVersion("3".to_owned()));
    assert_eq!(kind(open(&opener, &sealed, "1", "other")), Kind::TopicMismatch("orders".to_owned()));
    // The right key, the wrong version: its name is authenticated.
    assert_eq!(kind(open(&opener, &sealed, "2", "orders")), Kind::EnvelopeAuthentication);
    let foreign = [&b"XXXX"[..], &sealed[4..]].concat();
    assert!(matches!(kind(open(&opener, &foreign, "1", "orders")), Kind::UnsupportedFormat { .. }));
    assert!(matches!(kind(open(&opener, b"short", "1", "orders")), Kind::UnsupportedFormat { .. }));
    let direct = Sealed { payload: &[1; 256], version: b"1", envelope: true };
    let flagged = opener.open(direct, &[], &mut Recent::default(), Instant::now());
    assert!(matches!(kind(flagged), Kind::MalformedEnvelope(_)));
}

#[test]
fn the_version_is_authenticated_where_two_versions_share_a_key() {
    let one = pair("1");
    let opener = opener(&[("1", &one), ("2", &one)]);
    let sealed = one.sealer.seal(b"orders", b"payload", Instant::now()).unwrap();
    assert_eq!(open(&opener, &sealed, "1", "orders").unwrap(), b"payload");
    assert_eq!(open(&opener, &sealed, "2", "orders").unwrap_err().kind, Kind::EnvelopeAuthentication);
}

#[test]
fn flipping_any_bit_of_any_byte_is_an_error_with_and_without_a_known_key() {
    let one = pair("1");
    let sealed = one.sealer.seal(b"orders", b"some payload", Instant::now()).unwrap();
    let warm = opener(&[("1", &one)]);
    assert!(open(&warm, &sealed, "1", "orders").is_ok());
    let cold = opener(&[("1", &one)]);
    for index in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[index] ^= 1 << (index % 8);
        assert!(open(&warm, &changed, "1", "orders").is_err(), "byte {index}");
        assert!(open(&cold, &changed, "1", "orders").is_err(), "byte {index}, unknown key");
        assert!(open(&warm, &sealed[..index], "1", "orders").is_err(), "cut at {index}");
    }
    assert!(open(&warm, &[&sealed[..], b"x"].concat(), "1", "orders").is_err());
    assert!(open(&warm, &sealed, "1", "orders").is_ok());
}

#[test]
fn topics_in_turns_share_a_data_key_and_each_opens_for_its_own() {
    let one = pair("1");
    let opener = opener(&[("1", &one)]);
    let mut nonces = std::collections::HashSet::new();
    for turn in 0..6u8 {
        for topic in ["orders", "order", "payments"] {
            let sealed = one.sealer.seal(topic.as_bytes(), &[turn; 40], Instant::now()).unwrap();
            assert_eq!(open(&opener, &sealed, "1", topic).unwrap(), [turn; 40]);
            assert_eq!(
                open(&opener, &sealed, "1", "other").unwrap_err().kind,
                Kind::TopicMismatch(topic.to_owned())
            );
            let key = 10 + topic.len();
            nonces.insert((sealed[key..key + 256].to_vec(), sealed[key + 256..key + 268].to_vec()));
        }
    }
    assert_eq!(nonces.len(), 18);
    assert_eq!(nonces.iter().map(|(key, _)| key).collect::<std::collections::HashSet<_>>().len(), 1);
}

#[test]
fn threads_open_the_same_keys_at_once() {
    let one = pair("1");
    let opener = opener(&[("1", &one)]);
    let sealed: Vec<_> = (0..8u8)
        .map(|byte| {
            one.sealer.rotate();
            one.sealer.seal(b"orders", &[byte; 100], Instant::now()).unwrap()
        })
        .collect();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for (byte, payload) in sealed.iter().enumerate() {
                    assert_eq!(open(&opener, payload, "1", "orders").unwrap(), [byte as u8; 100]);
                }
            });
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    // Bounded stand-in for the target in `ext/engine/fuzz`.
    #[test]
    fn no_bytes_whatever_open_or_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..600), ours: bool, version in "[0-3]?", envelope: bool
    ) {
        thread_local! {
            static OPENER: Opener = opener(&[("1", &pair("1"))]);
        }
        let payload = if ours { [&b"KNE1\x01\0\0\x01\x01\0"[..], &bytes].concat() } else { bytes };
        OPENER.with(|opener| {
            let sealed = Sealed { payload: &payload, version: version.as_bytes(), envelope };
            let opened = opener.open(sealed, &["a".to_owned()], &mut Recent::default(), Instant::now());
            // PKCS#1 v1.5 has no integrity: of 256 random bytes about one in 2^16 opens.
            prop_assert!(opened.is_err() || payload.len() == 256);
            Ok(())
        })?;
    }
}
