//! What the targets share: the key of the published vectors, so that an input found once fails again.

use std::time::Duration;

use karafka_engine::cipher::{Opener, PrivateKey};
use serde_json::Value;

/// Its version.
pub const VERSION: &str = "1";

/// The private key in PEM.
pub fn private_key() -> String {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../docs/envelope_vectors.json")).expect("vectors");
    vectors["private_key"].as_str().expect("a key").to_owned()
}

/// What opens payloads for that key.
pub fn opener() -> Opener {
    let key = PrivateKey::parse(private_key().as_bytes()).expect("a key");
    Opener::new([(VERSION.as_bytes().to_vec(), key)], 8, Duration::from_secs(60)).expect("an opener")
}

/// What serde_json reads in a document that ours took. `None` where a number is beyond its range, which
/// Ruby reads: an integer of 309 digits, a float that rounds to infinity.
///
/// # Panics
/// Where it refuses the document for anything else.
pub fn theirs(source: &[u8]) -> Option<Value> {
    match serde_json::from_slice(source) {
        Ok(value) => Some(value),
        Err(error) if error.to_string().starts_with("number out of range") => None,
        Err(error) => panic!("taken, but refused by serde_json: {error}"),
    }
}
